#!/usr/bin/env python3
"""speed.py - how long the lab takes: its first paint, a whole course, a scrub to any moment; and how long its file is.

Usage:  speed.py HEAPBENCH [TRACE]     the longest shipped trace by default; takes half a minute

Times are of headless Chromium on this machine, and are compared with nothing. A scrub is the whole way from the moment that
is asked for to the strip, the words and both cursors drawn: 100 moments all over the trace, and 100 steps of a drag. Beside
each stands the processor time of the page's own thread, which others on a busy machine do not lengthen as much.
"""
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Lab, open_browser  # noqa: E402

SCRUB = """
const app = window.lab, done = arguments[arguments.length - 1];
app.at = arguments[0];
app.tellMoment();
const begin = performance.now();
app.showMoment(false).then(() => done(performance.now() - begin));
"""


def tell(what, times):
    times = sorted(times)
    print(f"{what:34} median {times[len(times) // 2]:6.1f} ms, 95 of 100 within {times[len(times) * 95 // 100]:6.1f} ms, most {times[-1]:6.1f} ms")


COURSE = """
const done = arguments[0], begin = performance.now();
window.lab.choose(0).then(() => done(performance.now() - begin));
"""


class Page(Lab):
    def processor_s(self):
        metrics = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    def scrub(self, what, moments):
        times, processor = [], []
        for at in moments:
            before = self.processor_s()
            times.append(self.driver.execute_async_script(SCRUB, at))
            processor.append(1000 * (self.processor_s() - before))
        tell(f"scrub, {what}", times)
        tell("    processor time of that", processor)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    trace = sys.argv[2] if len(sys.argv) == 3 else str(pathlib.Path(__file__).resolve().parents[3] / "workloads/traces/redis-lazy.trace")
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "lab.html"
        subprocess.run([sys.argv[1], "lab", trace, "-o", page], check=True, stdout=subprocess.DEVNULL)
        print(f"{'file':34} {page.stat().st_size / 2**20:.2f} MiB")
        measure(page)


def measure(page):
    driver = open_browser(1280, 1000)
    driver.set_script_timeout(300)
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    lab = Page(driver, page)
    try:
        paints = []
        for _ in range(5):
            lab.open()
            paints.append(lab.js("return performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        tell("first paint", paints)
        name = lab.js("return window.lab.sources[0].name")
        courses, processor = [], []
        for _ in range(3):
            before = lab.processor_s()
            courses.append(driver.execute_async_script(COURSE))
            processor.append(1000 * (lab.processor_s() - before))
        ops = lab.js("return window.lab.trace.ops")
        print(f"{'trace':34} {name}: {ops} operations")
        tell("its whole course, drawn", courses)
        tell("    processor time of that", processor)
        chance = random.Random(1)
        for policy in ("first", "best"):
            lab.js("const s = document.querySelector('.policy'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", policy)
            lab.settle()
            lab.scrub(f"{policy} fit: anywhere", [chance.randrange(ops) for _ in range(100)])
            lab.scrub(f"{policy} fit: a drag", [ops // 2 + i * ops // 1000 for i in range(100)])
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
