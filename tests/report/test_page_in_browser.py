"""The page in a browser: nothing fails, tables sort, points speak, hostile names do nothing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tabgan.report.drawings.scales import DASH
from tabgan.report.page import frame_page, render_page
from tests.report.made_summaries import HOSTILE, made_summary

selenium = pytest.importorskip("selenium", reason="selenium drives the browser: extra test")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start a browser of its own, without network, or skip."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no browser: install Debian's chromium and chromium-driver")
    options = ChromeOptions()
    options.binary_location = binary
    profile = tmp_path_factory.mktemp("profile")
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[[dict], Any]]:
    """Return a function that opens the page of a summary; whatever a test does, nothing fails."""

    def open_page(summary: dict) -> Any:
        path = tmp_path / "page.html"
        path.write_text(render_page(summary), encoding="utf-8")
        browser.get(path.as_uri())
        return browser

    yield open_page
    assert browser.get_log("browser") == []


def _elements(browser: Any, selector: str) -> list[Any]:
    return browser.find_elements("css selector", selector)


def _first_cells(table: Any, place: int) -> list[str]:
    cells = table.find_elements("css selector", f"tbody tr > :nth-child({place})")
    return [cell.text for cell in cells]


@pytest.mark.parametrize("n_columns", [2, 15, 60])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_opens_and_is_no_wider_than_the_window(
    opened: Callable[[dict], Any], n_columns: int, width: int
) -> None:
    browser = opened(made_summary(n_columns))
    # Smaller than any window, as a telephone's is.
    screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    assert browser.title == "Synthetic data report"
    script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(script) <= 0
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_tables_sort_both_ways_with_empty_cells_last(opened: Callable[[dict], Any]) -> None:
    browser = opened(made_summary(15))
    table = _elements(browser, "table.sortable")[1]
    names = _first_cells(table, 1)
    head = table.find_elements("css selector", "thead th")[3]
    button = head.find_element("css selector", "button")
    assert head.get_attribute("aria-sort") is None
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = _first_cells(table, 4)
    known = [float(cell) for cell in ascending if cell[0].isdigit()]
    assert known == sorted(known) and len(known) == 12
    assert all(cell.startswith(DASH) for cell in ascending[12:])
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    descending = _first_cells(table, 4)
    assert [float(cell) for cell in descending[:12]] == known[::-1]
    assert all(cell.startswith(DASH) for cell in descending[12:])
    assert sorted(_first_cells(table, 1)) == sorted(names)
    said = browser.find_element("id", "said").get_attribute("textContent")
    assert said == "Sorted by js, descending"


def test_tables_sort_by_the_keyboard_and_shares_by_their_size(
    opened: Callable[[dict], Any],
) -> None:
    from selenium.webdriver.common.keys import Keys

    browser = opened(made_summary(15))
    table = _elements(browser, "table.sortable")[0]
    buttons = table.find_elements("css selector", "thead button")
    buttons[1].send_keys(Keys.ENTER)
    assert _first_cells(table, 2)[:5] == ["-7.5", "1.00e-07", "0.25", "3", "12,000"]
    buttons[2].send_keys(Keys.SPACE)
    assert _first_cells(table, 3)[:5] == ["0 %", "0.1 %", "3.1 %", "50 %", "100 %"]
    buttons[3].send_keys(Keys.ENTER)
    verdicts = _first_cells(table, 4)
    assert "copying found" in verdicts[0] and verdicts[-1].endswith("good")


def test_a_point_of_the_map_speaks_to_pointer_and_keyboard(
    opened: Callable[[dict], Any],
) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser = opened(made_summary(15, n_points=40))
    tip = browser.find_element("id", "tip")
    assert not tip.is_displayed()
    point = _elements(browser, "svg.points > path")[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", point)
    ActionChains(browser).move_to_element(point).perform()
    assert tip.is_displayed()
    assert tip.text == "Synthetic: age: 0, workclass: <i>Private</i>"
    points = browser.find_element("css selector", "svg.points")
    points.send_keys(Keys.ARROW_RIGHT)
    first = browser.execute_script("return document.querySelector('.points .at').outerHTML")
    points.send_keys(Keys.ARROW_DOWN)
    second = browser.execute_script("return document.querySelector('.points .at').outerHTML")
    assert first != second
    said = browser.find_element("id", "said").get_attribute("textContent")
    assert said == tip.text != ""
    points.send_keys(Keys.ESCAPE)
    assert not tip.is_displayed()


def test_a_cell_of_a_matrix_names_both_columns_and_values(opened: Callable[[dict], Any]) -> None:
    from selenium.webdriver import ActionChains

    browser = opened(made_summary(5))
    field = _elements(browser, "svg.matrix .field")[1]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    ActionChains(browser).move_to_element(field).perform()
    told = browser.find_element("id", "tip").text
    name = "education level of the person asked, in years"
    assert told == f"{name} and {name}: real 1, synthetic 1"


def test_a_page_whose_scripts_are_off_is_whole(browser: Any, opened: Callable[[dict], Any]) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    opened(made_summary(5, n_points=40))
    assert _elements(browser, "button") == []
    assert len(_elements(browser, "svg.points > circle > title")) == 20
    assert browser.find_element("css selector", "svg.points > circle").is_displayed()
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_switches_need_no_script(opened: Callable[[dict], Any]) -> None:
    browser = opened(made_summary(60, n_points=40))
    circle = browser.find_element("css selector", "svg.points > circle")
    before = circle.value_of_css_property("fill")
    browser.find_element("css selector", ".by-overlap").click()
    assert circle.value_of_css_property("fill") != before
    browser.find_element("css selector", ".hide-real").click()
    assert not circle.is_displayed()
    matrix = browser.find_element("css selector", "svg.matrix")
    width = matrix.size["width"]
    shown = [label for label in _elements(browser, "svg.matrix text.fine") if label.is_displayed()]
    assert shown == []
    browser.find_element("css selector", ".enlarge").click()
    assert matrix.size["width"] > 2 * width
    names = matrix.find_elements("css selector", "text.fine")
    assert len(names) == 2 * 60 and all(name.is_displayed() for name in names)


def test_a_hostile_column_name_is_text_and_does_nothing(opened: Callable[[dict], Any]) -> None:
    from selenium.webdriver import ActionChains

    browser = opened(made_summary(5, hostile=True, n_points=40))
    assert _elements(browser, "img") == []
    assert any(HOSTILE in cell.text for cell in _elements(browser, "tbody th"))
    point = _elements(browser, "svg.points > path")[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", point)
    ActionChains(browser).move_to_element(point).perform()
    assert browser.find_element("id", "tip").text.startswith(f"Synthetic: {HOSTILE}: 0")
    for table in _elements(browser, "table.sortable"):
        table.find_element("css selector", "thead button").click()
    assert _elements(browser, "img") == []
    # An alert that opened would fail whatever is asked of the page.
    assert browser.title == "Synthetic data report"


def test_a_page_in_the_frame_of_a_notebook_works_and_leaves_it_alone(
    browser: Any, tmp_path: Path
) -> None:
    path = tmp_path / "notebook.html"
    frame = frame_page(render_page(made_summary(5, n_points=40)))
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><p>cell</p>{frame}", encoding="utf-8")
    browser.get(path.as_uri())
    before = browser.find_element("css selector", "p").value_of_css_property("font-family")
    browser.switch_to.frame(0)
    inside = browser.find_element("css selector", "main p").value_of_css_property("font-family")
    assert inside != before
    browser.find_element("link text", "Privacy").click()
    assert browser.find_element("id", "s8").rect["y"] - browser.execute_script(
        "return window.scrollY"
    ) == pytest.approx(0, abs=40)
    _elements(browser, "table.sortable thead button")[0].click()
    assert _elements(browser, "th[aria-sort=ascending]")
    browser.switch_to.default_content()
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    opened: Callable[[dict], Any], theme: str
) -> None:
    browser = opened(made_summary(5))
    feature = {"name": "prefers-color-scheme", "value": theme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    paper = browser.find_element("css selector", "html").value_of_css_property("background-color")
    assert ("255, 255, 255" in paper) == (theme == "light")
    faint = browser.execute_script(_CONTRASTS)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert faint == []


# Elements with text of their own whose contrast with the nearest background is below 4.5.
_CONTRASTS = """
const part = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = (c) => { const [r, g, b] = c.match(/[0-9.]+/g).map(Number);
  return 0.2126 * part(r / 255) + 0.7152 * part(g / 255) + 0.0722 * part(b / 255); };
const behind = (e) => { for (; e; e = e.parentElement) {
  const c = getComputedStyle(e).backgroundColor;
  if (c !== "rgba(0, 0, 0, 0)" && c !== "transparent") return c; } return "rgb(255, 255, 255)"; };
const faint = [];
for (const e of document.body.querySelectorAll("*")) {
  if (["SCRIPT", "STYLE", "title"].includes(e.tagName) || e.closest("#tip, #said")) continue;
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
  // Numbers on the cells of a matrix stand on a shade; the colours of these are tested elsewhere.
  if (/\\bon-/.test(e.getAttribute("class") || "")) continue;
  const style = getComputedStyle(e);
  const [a, b] = [light(e.namespaceURI.endsWith("svg") ? style.fill : style.color),
    light(behind(e))].sort((x, y) => x - y);
  if ((b + 0.05) / (a + 0.05) < 4.5) faint.push(e.outerHTML.slice(0, 120));
}
return faint;
"""
