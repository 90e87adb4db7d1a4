#!/usr/bin/env python3
"""browser_test.py - the lab in a browser: opened, typed into, scrubbed, zoomed, given files, links and nonsense.

Usage:  browser_test.py [NAME...]     with $HEAPBENCH, the tool; NAME: of a test below, all by default

Pictures are judged by what they must show: the pixel in the middle of a hole is a hole's. Exit 77: there is no browser.
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Lab, open_browser, until  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
TRACES = ROOT / "workloads/traces"
HEAPBENCH = os.environ["HEAPBENCH"]


def tool(*arguments):
    return subprocess.run([HEAPBENCH, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.work.name)
        cls.page = cls.folder / "lab.html"
        tool("lab", TRACES / "sqlite3.trace", TRACES / "dot.trace", "-o", cls.page)
        cls.driver = open_browser()
        cls.lab = Lab(cls.driver, cls.page)

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.work.cleanup()

    def setUp(self):
        self.driver.set_window_size(1280, 1700)
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        self.lab.console()

    def tearDown(self):
        self.assertEqual(self.lab.console(), [])

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def give(self, path):
        self.lab.one("#file").send_keys(str(path))
        until("the file is read", lambda: not self.lab.message().startswith("Reading"))
        self.lab.settle()

    def type(self, text):
        self.lab.js("const t = document.getElementById('text'); t.value = arguments[0]; t.setSelectionRange(t.value.length, t.value.length);"
                    "t.dispatchEvent(new Event('input'))", text)
        self.lab.js("return new Promise((done) => setTimeout(done, 150))")
        self.lab.settle()

    def listing(self):
        return self.lab.text("#listing").splitlines()

    # -- the place to type --

    def test_the_first_thing_is_the_tutorials_example_in_its_notation(self):
        self.lab.open()
        steps = [[line for line in step.splitlines() if line.startswith("Pointer")] for step in tool("walk", "demo").split("\n\n")]
        steps = [step for step in steps if step]
        self.assertEqual(len(steps), 8)
        for step in reversed(steps[1:]):
            self.assertEqual(self.listing(), step)
            self.lab.click("#back")
        self.assertEqual(self.listing(), steps[0])
        self.lab.click("#last")
        self.assertIn("malloc(300) needs 308 bytes and examined 5 records", self.lab.text(".now"))
        self.assertEqual(tool("info", "demo", "--json").count('"ops": 7'), 1)
        self.assertEqual(self.lab.js("return window.lab.trace.ops"), 7)

    def test_the_example_draws_its_holes_and_the_walk_over_them(self):
        self.lab.open()
        width = self.lab.js("return window.lab.view.high")
        for address, colour in ((60, "used"), (0x6c + 20, "free"), (0x164 + 20, "free"), (0x26c + 20, "used"), (0x4f5 + 30, "never"), (0x6c + 3, "record")):
            self.assertEqual(self.lab.pixel(".strip", address / width, 0.75), self.lab.colour(colour), hex(address))
        for address, colour in ((50, "used"), (0x6c + 100, "free"), (0x3c1 + 100, "used"), (0x4f5 + 60, "never")):
            self.assertEqual(self.lab.pixel(".map", 6.5 / 7, 1 - address / width), self.lab.colour(colour), hex(address))

    def test_every_keystroke_is_read_and_a_fault_is_the_readers_own_sentence(self):
        self.lab.open()
        self.type("a x 10\na y 20\nf x\n")
        self.assertEqual(self.listing()[:2], ["Pointer: 0x0  Size: 18      Allocated: False  <- freed", "Pointer: 0x12 Size: 28      Allocated: True      object 1, 20 bytes"])
        self.type("a x 10\na y 20\nf z\n")
        self.assertEqual(self.lab.text("#fault"), "the text:3: z was never allocated")
        self.type("")
        self.assertIn("Nothing is asked for yet", self.lab.text("#fault"))
        self.type("a x 10\n")
        self.assertEqual(self.lab.text("#fault"), "")

    def test_typed_by_keys_at_the_end(self):
        self.lab.open()
        self.lab.one("#text").send_keys("f 4\n")
        until("eight operations", lambda: self.lab.js("return window.lab.trace.ops") == 8)
        self.lab.settle()
        self.assertIn("free(object 4) flips one bit", self.lab.text(".now"))

    def test_a_failing_heap_says_why_and_draws_the_holes_that_are_too_short(self):
        self.lab.open("#text=heap%20240%0Aa%20x%20100%0Aa%20y%20100%0Af%20x%0Af%20y%0Aa%20z%20150&heap=first,240")
        self.assertIn("operation 4 of 5", self.lab.text(".fate"))
        self.assertIn("unmerged: 158 bytes are needed, and 240 bytes lie free side by side", self.lab.text(".fate"))
        self.lab.click("#back")
        self.assertIn("then get NULL", self.lab.text(".next"))
        self.assertEqual(self.lab.pixel(".strip", 54 / 240, 0.7), self.lab.colour("free"))
        self.assertEqual(self.lab.pixel(".map", 0.7, 0.5), self.lab.colour("free"))
        self.lab.click(".merge")
        self.assertIn("All 5 operations done", self.lab.text(".fate"))

    # -- moments --

    def test_scrubbing_stepping_and_keys_move_the_one_cursor(self):
        self.lab.open("#trace=sqlite3")
        ops = self.lab.js("return window.lab.trace.ops")
        self.lab.js("const s = document.getElementById('moment'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))", ops // 3)
        self.lab.settle()
        self.assertEqual(self.lab.js("return window.lab.panes[0].heap.at"), ops // 3)
        walked = tool("walk", TRACES / "sqlite3.trace", "--heap", "64M", "--at", ops // 3 - 1)
        ranges = walked.splitlines()[3].split(" ranges")[0].replace(" ", "")
        self.assertIn(ranges, self.lab.text(".facts").replace("\u202f", ""))
        self.lab.click("#forward")
        self.assertEqual(self.lab.js("return window.lab.at"), ops // 3 + 1)
        self.lab.one("body").send_keys("\ue012")  # arrow left
        self.lab.settle()
        self.assertEqual(self.lab.js("return window.lab.at"), ops // 3)
        self.assertIn(f"at={ops // 3}", self.lab.js("return location.hash"))

    def test_the_next_failure_split_and_longer_walk_are_found(self):
        self.lab.open("#trace=sqlite3&heap=first,4000000&at=0")
        first = self.lab.js("return window.lab.panes[0].figures.firstFailure")
        self.lab.click("#next-failure")
        until("the failure", lambda: self.lab.js("return window.lab.at") == first + 1)
        self.lab.settle()
        self.assertIn("got NULL", self.lab.text(".now"))
        self.lab.click("#first")
        self.lab.click("#next-split")
        until("a split", lambda: self.lab.js("return window.lab.at") > 0)
        self.lab.settle()
        before = self.lab.js("return window.lab.panes[0].heap.figures().walkLength")
        self.lab.click("#next-walk")
        until("a longer walk", lambda: self.lab.js("return window.lab.at") > 1)
        self.lab.settle()
        self.assertGreaterEqual(self.lab.js("return window.lab.panes[0].heap.figures().walkLength"), before * 1.1)

    def test_play_comes_to_the_end(self):
        self.lab.open("#text=a%20x%201%0Af%20x&at=0")
        self.lab.click("#play")
        until("the end", lambda: self.lab.js("return window.lab.at") == 2)
        until("it stands still", lambda: self.lab.text("#play") == "Play")

    # -- views --

    def test_zooming_by_wheel_button_and_drag_and_back_to_the_whole(self):
        self.lab.open("#trace=sqlite3")
        wheel = ("const c = document.querySelector(arguments[0]), b = c.getBoundingClientRect(); for (let i = 0; i < 6; i++)"
                 "c.dispatchEvent(new WheelEvent('wheel', {deltaY: -100, shiftKey: arguments[1], clientX: b.left + b.width / 4, clientY: b.top + b.height / 2, cancelable: true, bubbles: true}))")
        whole = self.lab.js("return window.lab.view.to")
        self.lab.js(wheel, ".map", False)
        self.lab.settle()
        view = self.lab.js("return window.lab.view")
        self.assertLess(view["to"] - view["from"], whole / 3)
        until("its own picture", lambda: self.lab.js("const z = window.lab.panes[0].zoomed; return z && z.done === z.columns"))
        self.lab.js(wheel, ".strip", False)
        self.lab.settle()
        self.assertLess(self.lab.js("return window.lab.view.high - window.lab.view.low"), view["high"] - view["low"])
        self.assertIn("addresses=", self.lab.js("return location.hash"))
        self.lab.click("#whole")
        self.assertEqual(self.lab.js("return [window.lab.view.from, window.lab.view.to]"), [0, whole])
        self.assertFalse(self.lab.js("return window.lab.isZoomed()"))

    def test_two_fingers_zoom_and_one_pans(self):
        self.lab.open("#trace=sqlite3")
        touch = ("const c = document.querySelector('.map'), b = c.getBoundingClientRect(), at = (type, id, x) => c.dispatchEvent(new PointerEvent(type,"
                 "{pointerId: id, pointerType: 'touch', isPrimary: id === 1, buttons: 1, clientX: b.left + x * b.width, clientY: b.top + 50, bubbles: true}));"
                 "c.setPointerCapture = () => {}; arguments[0].forEach((e) => at(...e));")
        whole = self.lab.js("return window.lab.trace.ops")
        self.lab.js(touch, [["pointerdown", 1, 0.4], ["pointerdown", 2, 0.6], ["pointermove", 2, 0.8], ["pointermove", 1, 0.2], ["pointerup", 1, 0.2], ["pointerup", 2, 0.8]])
        self.lab.settle()
        zoomed = self.lab.js("return [window.lab.view.from, window.lab.view.to]")
        self.assertAlmostEqual((zoomed[1] - zoomed[0]) / whole, 1 / 3, delta=0.02)
        self.lab.js(touch, [["pointerdown", 3, 0.5], ["pointermove", 3, 0.4], ["pointermove", 3, 0.3], ["pointerup", 3, 0.3]])
        self.lab.settle()
        self.assertGreater(self.lab.js("return window.lab.view.from"), zoomed[0])

    def test_a_zoomed_strip_names_the_object_that_is_pointed_at(self):
        self.lab.open("#trace=sqlite3&addresses=0-4000")
        self.lab.js("const c = document.querySelector('.strip'), b = c.getBoundingClientRect();"
                    "c.dispatchEvent(new PointerEvent('pointermove', {clientX: b.left + 2, clientY: b.top + 80, bubbles: true}))")
        self.assertRegex(self.lab.text(".point"), "Object \\d+: .* asked for, in a range at 0x0.*Born at operation \\d+; .*freed")

    def test_a_hole_tells_its_age_and_neighbours_and_what_merging_would_do(self):
        self.lab.open()
        strip = self.lab.one(".strip")
        strip.send_keys("\ue014\ue014")  # arrow right, twice
        self.assertIn("A hole at 0x6c, 248 bytes", self.lab.text(".point"))
        self.assertIn("Like this for 2 operations, since operation 4", self.lab.text(".point"))
        self.assertIn("Merging would join it with its free neighbour: 512 bytes", self.lab.text(".point"))
        self.assertIn("Pinned by object 0", self.lab.text(".point"))

    # -- heaps --

    def test_policies_and_a_second_heap_beside_have_the_tools_figures(self):
        self.lab.open("#trace=dot&heap=best&beside=next-merge,12000000")
        for pane, options in ((0, ["--policy", "best"]), (1, ["--policy", "next", "--merge", "--heap", "12000000"])):
            self.same_as_tool(pane, options)
        self.assertEqual(self.lab.js("return window.lab.panes.map((p) => p.heap.at)[0]"), self.lab.js("return window.lab.panes[1].heap.at"))
        self.lab.js("const s = document.querySelector('.policy'); s.value = 'first'; s.dispatchEvent(new Event('change'))")
        self.lab.settle()
        self.same_as_tool(0, ["--policy", "first"])
        self.lab.click("#beside")
        self.assertEqual(self.lab.js("return document.querySelectorAll('.pane').length"), 1)

    def same_as_tool(self, pane, options):
        figures = self.lab.js("return window.lab.panes[arguments[0]].figures", pane)
        model = __import__("json").loads(tool("model", TRACES / "dot.trace", "--json", *options))
        for ours, theirs in (("walkTotal", "walk_total"), ("highWaterBytes", "high_water_bytes"), ("firstFailure", "first_failure")):
            self.assertEqual(figures[ours], model[theirs], theirs)

    def test_the_slider_says_while_dragged_how_far_the_program_comes(self):
        self.lab.open("#trace=sqlite3")
        self.lab.js("const s = document.querySelector('.heap-size'); s.value = 300; s.dispatchEvent(new Event('input'))")
        until("a fate", lambda: "Fails at operation" in self.lab.text(".fate"))
        self.assertEqual(self.lab.js("return window.lab.panes[0].heapBytes"), 0)
        self.lab.js("document.querySelector('.heap-size').dispatchEvent(new Event('change'))")
        self.lab.settle()
        self.assertGreater(self.lab.js("return window.lab.panes[0].heapBytes"), 0)
        self.assertIn("Fails at operation", self.lab.text(".fate"))

    # -- files --

    def test_files_of_every_form_are_read_and_dropped_ones_too(self):
        self.lab.open()
        self.give(TRACES / "more/cmake.trace")
        self.assertEqual(self.lab.js("return window.lab.trace.ops"), json.loads(tool("info", TRACES / "more/cmake.trace", "--json"))["ops"])
        self.give(self.write("by_hand.rep", "4096\n1\n2\n1\na 0 100\nf 0\n"))
        self.assertEqual(self.lab.js("return window.lab.trace.ops"), 2)
        self.lab.js("const d = new DataTransfer(); d.items.add(new File(['a x 5\\na y 6\\nf x\\n'], 'dropped.txt'));"
                    "window.dispatchEvent(new DragEvent('drop', {dataTransfer: d, cancelable: true}))")
        until("the dropped file", lambda: self.lab.js("return window.lab.trace.name") == "dropped.txt")
        self.lab.settle()
        self.assertIn("3 operations", self.lab.text("#about"))

    def test_what_is_no_trace_is_a_sentence_and_the_page_lives_on(self):
        self.lab.open()
        cut = (TRACES / "sqlite3.trace").read_bytes()[:5000]
        large = self.folder / "large.trace"
        with open(large, "wb") as file:
            file.truncate(500 << 20)
        for path, sentence in ((self.write("no.txt", "hello"), "begins no line"), (self.write("cut.trace", cut), "is cut off"),
                               (self.write("empty.trace", b""), "the file is empty"), (self.write("x.gz", gzip.compress(b"a x 1\n")), "gz"),
                               (large, "has 500 MiB"), (self.write("none.txt", "# nothing\n"), "no operations")):
            self.give(path)
            self.assertIn(sentence, self.lab.message(), path.name)
        self.type("a x 10\n")
        self.assertEqual(self.lab.js("return window.lab.trace.ops"), 1)
        self.lab.click(".reset")
        until("the example", lambda: self.lab.js("return window.lab.trace.ops") == 7)
        self.lab.settle()
        self.assertEqual(self.lab.js("return window.lab.trace.ops"), 7)

    def test_names_and_texts_with_markup_are_text(self):
        evil = "<img src=x onerror=alert(1)><script>alert(2)<"
        self.lab.open()
        self.give(self.write(evil.replace("/", "") + ".txt", f"command {evil}/script>\na x 1\n"))
        self.assertIn("<img", self.lab.text("#sources"))
        self.assertIn("<script>", self.lab.text("#about"))
        self.assertEqual(self.lab.js("return document.querySelectorAll('main img, main script').length"), 0)
        page = self.folder / "evil.html"
        trace = self.write("</script><b>x.txt".replace("/", "_"), "a x 1\n")
        tool("lab", trace, "-o", page)
        other = Lab(self.driver, page)
        other.open()
        self.assertIn("<b>x", other.text("#sources"))

    # -- addresses --

    def test_a_link_shows_the_moment_that_matters(self):
        self.lab.open("#trace=dot&heap=first,9000000&beside=best-merge&at=50000&ops=40000-60000")
        hash_before = self.lab.js("return location.hash")
        for part in ("trace=dot", "heap=first,9000000", "beside=best-merge", "at=50000", "ops=40000-60000"):
            self.assertIn(part, hash_before)
        self.lab.open(hash_before)
        self.assertEqual(self.lab.js("return [window.lab.at, window.lab.view.from, window.lab.view.to, window.lab.panes.length]"), [50000, 40000, 60000, 2])

    def test_nonsense_in_the_address_is_named_and_the_rest_is_shown(self):
        self.lab.open("#heap=worst&at=-5&ops=9-2&addresses=x&beside=first,99999999999999999999")
        self.assertIn("heap, at", self.lab.message().replace("at, ops, addresses, heap, beside", "heap, at"))
        self.assertEqual(self.lab.js("return window.lab.at"), 7)
        self.lab.open("#trace=%3Cscript%3E")
        self.assertIn("asks for the trace '<script>'", self.lab.message())
        self.lab.open("#at=99999&ops=5-4000000000&addresses=1-9007199254740992")
        self.assertEqual(self.lab.js("return window.lab.at"), 7)
        self.lab.open("#heap=first,3")
        self.assertIn("3 bytes is out of range", self.lab.message())
        self.lab.open("#text=a%20x%209223372036854770000%0Aa%20y%209000")
        self.assertIn("2^63", self.lab.message())
        self.lab.open("#%%%&=&&&a=b&at=3")
        self.assertEqual(self.lab.js("return window.lab.at"), 3)

    def test_a_link_followed_on_the_page_itself_is_shown_too(self):
        self.lab.open("#trace=sqlite3")
        self.lab.js("location.hash = '#heap=next&at=3'")
        until("the example", lambda: self.lab.js("return window.lab.isTyped && window.lab.at === 3 && window.lab.panes[0].settings.policy === 'next'"))
        self.lab.settle()

    def test_who_cannot_wait_gets_what_was_asked_for_last(self):
        self.lab.open()
        self.lab.js("const app = window.lab; app.choose(0); app.choose(1); app.panes[0].change({policy: 'best'}); app.toggleBeside();"
                    "app.chooseTyping('a x 1\\na y 2\\n'); app.choose(0); app.setMoment(500); app.setMoment(1000);")
        until("the last one", lambda: self.lab.js("return window.lab.trace.name === 'sqlite3' && document.body.dataset.state === 'ready'"))
        self.lab.settle()
        figures = self.lab.js("return window.lab.panes.map((p) => [p.settings.policy, p.figures.ops])")
        self.assertEqual({tuple(f) for f in figures}, {("best", self.lab.js("return window.lab.trace.ops"))})
        self.assertEqual(self.lab.message(), "")

    # -- looks --

    def test_a_phone_has_all_of_it_within_its_width(self):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True})
        self.lab.open("#trace=sqlite3&beside=first-merge")
        self.assertLessEqual(self.lab.js("return document.documentElement.scrollWidth"), 390)
        for selector in (".strip", ".map", ".curve-bytes canvas", "#moment", "#play"):
            self.assertGreater(self.lab.js("return document.querySelector(arguments[0]).getBoundingClientRect().width", selector), 40, selector)

    def test_dark_follows_the_system_and_the_pictures_with_it(self):
        self.lab.open()
        light = self.lab.pixel(".strip", 0.5, 0.6), self.lab.colour("free")
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.lab.settle()
        self.assertNotEqual(self.lab.colour("free"), light[1])
        width = self.lab.js("return window.lab.view.high")
        self.assertEqual(self.lab.pixel(".strip", (0x6c + 20) / width, 0.75), self.lab.colour("free"))
        self.assertEqual(self.lab.js("return getComputedStyle(document.body).backgroundColor"), "rgb(18, 22, 27)")

    def test_a_browser_without_webassembly_gets_a_sentence(self):
        script = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.WebAssembly"})
        try:
            self.driver.get("about:blank")
            self.driver.get(self.lab.url)
            until("a sentence", lambda: "no WebAssembly" in self.lab.message())
            self.lab.js("for (const b of document.querySelectorAll('button')) if (!b.closest('dialog')) b.click();"
                        "for (const key of [' ', 'ArrowRight', 'End', 'f', 's', 'w', '+', '-', '0', '[', 'b', 'm'])"
                        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))")
        finally:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})

    def test_it_needs_no_network_and_none_of_decompression_simd_and_storage(self):
        text = self.page.read_text()
        for word in ("DecompressionStream", "localStorage", "fetch(", "<link rel=\"stylesheet", "src=\"http", "url("):
            self.assertFalse(word in text, word)
        self.assertTrue("default-src 'none'" in text)  # so the browser itself would refuse to send or load anything
        os.chmod(self.page, 0o444)
        self.lab.open("#trace=sqlite3")
        self.assertEqual(self.lab.message(), "")

    def test_controls_have_names_and_are_reached_by_keys(self):
        self.lab.open()
        nameless = self.lab.js(
            "return [...document.querySelectorAll('main button, main input, main select, main textarea, canvas.map, canvas.strip')]"
            ".filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length || e.title)).map((e) => e.outerHTML)")
        self.assertEqual(nameless, [])
        self.assertEqual(self.lab.js("return [...document.querySelectorAll('canvas.map, canvas.strip')].every((c) => c.tabIndex === 0)"), True)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *(f"Browser.{name}" for name in sys.argv[1:])], verbosity=2)
