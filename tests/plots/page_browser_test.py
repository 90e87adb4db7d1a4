"""page_browser_test - the pages in a browser: tables sort and show one program, a phone has its own pictures, nothing complains."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "lab"))

from browser import open_browser  # noqa: E402

HOSTILE = "<script>document.title='pwned'</script>"


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="heapbench pages")
        results = os.path.join(cls.folder.name, "results")
        subprocess.run([sys.executable, os.path.join(HERE, "make_results.py"), results, "one", "two", HOSTILE], check=True)
        subprocess.run([sys.executable, "-B", os.path.join(os.environ["PLOTS"], "report.py"), results], check=True, stdout=subprocess.DEVNULL)
        cls.results = results
        cls.driver = open_browser()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.folder.cleanup()

    def open(self, name="report.html"):
        self.driver.get("file://" + os.path.join(self.results, name))

    def tearDown(self):
        self.assertEqual([entry for entry in self.driver.get_log("browser") if "favicon" not in entry["message"]], [])
        self.assertNotIn("pwned", self.driver.title)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def column(self, table, index):
        return self.js("return [...document.querySelectorAll(arguments[0] + ' tbody tr')].filter(r => !r.hidden)"
                       ".map(r => r.cells[arguments[1]].textContent.trim())", table, index)

    def test_a_heading_sorts_both_ways_and_what_is_not_known_stays_last(self):
        self.open()
        button = "document.querySelector('#table-comparison thead th:nth-child(4) button').click();"
        self.js(button)
        up = self.column("#table-comparison", 3)
        self.js(button)
        down = self.column("#table-comparison", 3)
        known = [text for text in up if text != "–"]
        self.assertEqual(known, sorted(known, key=lambda text: float(text[:-1])))
        self.assertEqual([text for text in down if text != "–"], sorted(known, key=lambda text: -float(text[:-1])))
        self.assertEqual((up[-1], down[-1]), ("–", "–"))
        self.assertEqual(self.js("return document.querySelector('#table-comparison [aria-sort]').getAttribute('aria-sort')"), "descending")

    def test_a_table_shows_one_program_and_says_how_many_rows(self):
        self.open()
        self.js("const s = document.querySelector('#programs select'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", HOSTILE)
        self.assertEqual(set(self.column("#table-comparison", 0)), {HOSTILE})
        self.assertRegex(self.js("return document.querySelector('#programs output').textContent"), r"^\d+ of \d+ rows$")

    def test_a_phone_has_its_own_pictures_and_nothing_runs_off_its_side(self):
        for name in ("report.html", "first-fit.html"):
            for width, shown in ((1280, "wide"), (390, "narrow")):
                # A window has a least width, a screen that is pretended has none.
                self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
                self.open(name)
                found = self.js("return [...document.querySelectorAll('.picture')].filter(p => p.offsetParent).map(p => p.classList[1])")
                self.assertEqual(set(found), {shown})
                self.assertLessEqual(self.js("return document.documentElement.scrollWidth"), width, (name, width))
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_in_the_dark_the_paper_of_a_picture_is_the_pages(self):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.open()
        self.assertIn("invert", self.js("return getComputedStyle(document.querySelector('.picture svg')).filter"))
        self.assertEqual(self.js("return getComputedStyle(document.body).backgroundColor"), "rgb(21, 23, 25)")
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def test_the_keyboard_reaches_a_heading_and_a_picture_says_what_it_is(self):
        self.open()
        self.assertTrue(self.js("const b = document.querySelector('#table-answer button'); b.focus(); return document.activeElement === b"))
        self.assertEqual(self.js("return [...document.querySelectorAll('svg[role=img]')].filter(s => !document.getElementById("
                                 "s.getAttribute('aria-labelledby'))?.textContent || !document.getElementById(s.getAttribute('aria-describedby'))"
                                 "?.textContent).length"), 0)

    def test_without_scripts_every_row_is_there(self):
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        self.open()
        rows = len(self.driver.find_elements("css selector", "#table-comparison tbody tr"))
        buttons = len(self.driver.find_elements("css selector", "th button"))
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.assertEqual((rows, buttons), (21, 0))


if __name__ == "__main__":
    tried = subprocess.run([sys.executable, "-B", os.path.join(os.environ["PLOTS"], "report.py"), "--try"], capture_output=True,
                           text=True, check=False)
    if tried.returncode != 0:
        print("skipped: " + tried.stderr)
        sys.exit(77)
    unittest.main()
