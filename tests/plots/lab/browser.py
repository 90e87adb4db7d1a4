"""browser.py - a headless Chromium for the tests and the measurements of the lab, through Debian's chromium-driver.

Who imports it ends with 77, having said what is missing, where there is none.
"""
import os
import sys
import time

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    if os.path.realpath(sys.executable) != os.path.realpath("/usr/bin/python3") and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])  # the packages are that one's
    print("skipped: python3-selenium is not there: ./setup --dev")
    sys.exit(77)

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
PATIENCE_S = 60  # of a machine that is busy


def open_browser(width=1280, height=1700):
    if not os.path.exists(CHROMIUM) or not os.path.exists(DRIVER):
        print("skipped: chromium or chromium-driver is not there: ./setup --dev")
        sys.exit(77)
    options = Options()
    options.binary_location = CHROMIUM
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},{height}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


def until(what, holds):
    """What `holds` returns once it is true; an AssertionError that names it when it takes too long."""
    end = time.monotonic() + PATIENCE_S
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < end, f"not in {PATIENCE_S} s: {what}"
        time.sleep(0.03)


class Lab:
    """The page in a browser."""

    def __init__(self, driver, path):
        self.driver = driver
        self.url = "file://" + os.path.abspath(path)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, fragment=""):
        self.driver.get("about:blank")
        self.driver.get(self.url + fragment)
        self.settle()

    def settle(self):
        """Waits until all is computed and drawn that was asked for."""
        until("the page is ready", lambda: self.js(
            "return document.body.dataset.state === 'ready' && !(window.lab.waiting?.size > 0) &&"
            " window.lab.panes.every((p) => !p.heap || p.heap.at === window.lab.at)"))
        self.js("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def click(self, selector):
        self.js("document.querySelector(arguments[0]).click()", selector)
        self.settle()

    def pixel(self, selector, x, y):
        """The colour of a canvas at parts of its width and height, as '#rrggbb'."""
        return self.js(
            "const c = document.querySelector(arguments[0]), copy = new OffscreenCanvas(1, 1).getContext('2d');"
            "copy.drawImage(c, -Math.floor(arguments[1] * c.width), -Math.floor(arguments[2] * c.height));"
            "const p = copy.getImageData(0, 0, 1, 1).data;"
            "return '#' + [p[0], p[1], p[2]].map((v) => v.toString(16).padStart(2, '0')).join('')", selector, x, y)

    def colour(self, name):
        return self.js("return window.lab.colours[arguments[0]]", name)

    def message(self):
        return self.js("const m = document.getElementById('message'); return m.hidden ? '' : m.textContent")

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]
