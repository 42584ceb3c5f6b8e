"""What can be seen of a lab in its page: places, numbers, texts that are small, pale or cut off."""

from __future__ import annotations

from collections.abc import Iterator

from real_jupyter import FLOW

PICTURE = ".mlp-pictures"  # with this a page finds the first picture of its lab

LAST_ROW = 24  # CSS pixels: 18 points
IN_PICTURES = 16
"""CSS pixels of the smallest text in a presented picture: it shares a screen with its sliders."""
READABLE = 4.5  # contrast of text and what is behind it (WCAG 2.1, 1.4.3)

UNFOLDED = ":is(.mlp-fold-switch, .mlp-share).mod-active"

# What axe-core finds and core ipywidgets cannot mend: rule -> the elements. The README lists them.
KNOWN = {"aria-input-field-name": "noUi-handle"}  # sliders have no name (ipywidgets issue 2650)

LAPTOP_WITH_FILES = {"width": 1366, "height": 768, "sidebar": True}

IN_VIEW = """e => {
    const box = e.getBoundingClientRect();
    const room = document.querySelector('.jp-WindowedPanel-outer').getBoundingClientRect();
    return box.height > 0 && box.top >= room.top && box.bottom <= room.bottom;
}"""

BOXES = f"""root => {{
    {FLOW}
    const parts = 'img, .mlp-head, .mlp-strip, .mlp-messages, .mlp-section, '
        + '[class*=mlp-box-], [class*=mlp-slider-], .mlp-board, .mlp-operation, button';
    const round = length => Math.round(length * 10) / 10;
    const passing = css => !css.startsWith('mlp-') || css === 'mlp-on' || css.startsWith('mlp-at-');
    return inFlow([root], () => {{
        const origin = root.closest('.jp-Cell').getBoundingClientRect();
        const found = {{}};
        for (const e of [root, ...root.querySelectorAll(parts)]) {{
            const box = e.getBoundingClientRect();
            if (!box.width) continue;
            const name = [...e.classList].filter(css => !passing(css)).join('.');
            found[name || e.textContent.trim()] ??=
                [box.x - origin.x, box.y - origin.y, box.width, box.height].map(round);
        }}
        return found;
    }});
}}"""

VALUES = """root => Object.fromEntries([...root.querySelectorAll('[class*=mlp-box-]')]
    .filter(e => e.checkVisibility())
    .map(e => [[...e.classList].find(css => css.startsWith('mlp-box-')).slice(8),
               Number(e.querySelector('input').value)]))"""

# Texts of which a part is hidden, for their box is too small. A title may end in dots.
CLIPPED = """root => [root, ...root.querySelectorAll('*')].filter(e =>
    !e.closest('svg, .noUi-target, input, select, .mlp-words, .mlp-title') && e.clientWidth
    && (getComputedStyle(e).overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1
        || getComputedStyle(e).overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1)
    ).map(e => e.innerText)"""

# The function see(element, text) is called for all text of a lab that can be seen.
EACH_TEXT = """
    const hidden = e => !e.getClientRects().length || getComputedStyle(e).visibility === 'hidden';
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode, e = text.parentElement;
        const shown = !['STYLE', 'SCRIPT', 'OPTION'].includes(e.tagName) && !hidden(e);
        if (text.data.trim() && shown) see(e, text.data.trim());
    }
    const typed = 'input:not([type=checkbox]):not([type=radio]):not([type=file]), select, textarea';
    for (const e of root.querySelectorAll(typed)) if (!hidden(e)) see(e, e.value);
"""

TEXT_SIZES = f"""root => {{
    const sizes = [];
    const see = (element, text) => sizes.push(
        [parseFloat(getComputedStyle(element).fontSize),
         `${{element.className}}: ${{text.slice(0, 30)}}`]);
    {EACH_TEXT}
    return sizes;
}}"""

CONTRASTS = f"""root => {{
    const rgba = text => {{
        const n = text.match(/[\\d.]+/g).map(Number);
        return n.length < 4 ? [...n, 1] : n;
    }};
    const over = (top, below) =>
        [0, 1, 2].map(k => top[k] * top[3] + below[k] * (1 - top[3])).concat(1);
    const behind = element => {{
        const layers = [];
        for (let e = element; e; e = e.parentElement)
            layers.push(rgba(getComputedStyle(e).backgroundColor));
        return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
    }};
    const light = color => {{
        const [r, g, b] = color.map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }};
    const found = [];
    const see = (element, text) => {{
        if (element.closest(':disabled')) return;
        const back = behind(element);
        const both = [light(back), light(over(rgba(getComputedStyle(element).color), back))];
        const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        found.push([ratio, `${{element.className}}: ${{text.slice(0, 30)}}`]);
    }};
    {EACH_TEXT}
    return found;
}}"""


def boxes(page) -> dict[str, list[float]]:
    """x, y, width and height of the lab and of all in it that could jump, from its cell's top."""
    return page.find(".mlp-lab").evaluate(BOXES)


def values(page) -> dict[str, float]:
    """The numbers in the number boxes in view."""
    return page.find(".mlp-lab").evaluate(VALUES)


def clipped(page) -> list[str]:
    """Texts of which a part is hidden."""
    return page.find(".mlp-lab").evaluate(CLIPPED)


def small_texts(part, at_least: int = 20) -> list:
    """Texts of a part of a page that the last row cannot read."""
    found = part.evaluate(TEXT_SIZES)
    assert len(found) > at_least
    return [entry for entry in found if entry[0] < LAST_ROW - 0.01]


def pale_texts(part, at_least: int = 20) -> list:
    """Texts too near in colour to what is behind them."""
    found = part.evaluate(CONTRASTS)
    assert len(found) > at_least
    return [entry for entry in found if entry[0] < READABLE]


NOT_CUT = """(lab, widest) => {
    const pen = document.createElement('canvas').getContext('2d'), cut = [];
    for (const input of lab.querySelectorAll('.mlp-row:not(.mlp-line-of-text) input')) {
        if (!input.checkVisibility()) continue;
        const style = getComputedStyle(input);
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const around = ['paddingLeft', 'paddingRight', 'borderLeftWidth', 'borderRightWidth'];
        const room = around.reduce((left, name) => left - parseFloat(style[name]),
            input.offsetWidth);  // Firefox's clientWidth of a box has no padding in it
        const needs = pen.measureText(widest).width;
        if (needs > room) cut.push(`${needs} in ${room}: ${input.parentElement.className}`);
    }
    return cut;
}"""


def cut_boxes(page) -> list[str]:
    """The number boxes of the lab that can be seen and have no room for a long number."""
    return page.find(".mlp-lab").evaluate(NOT_CUT, "-0.00888")


def violations(page, selector: str = ".mlp-lab") -> list[str]:
    """What axe-core finds inside an element, beside what is known."""
    page.find(selector).evaluate("e => e.dataset.mlpAxe = 1")
    try:
        return all_violations(page, "[data-mlp-axe]")
    finally:
        page.find(selector).evaluate("e => delete e.dataset.mlpAxe")


def all_violations(page, selector: str) -> list[str]:
    """The same inside all elements of the page that fit.

    It takes all texts of a notebook for hidden where it looks at contrast, so it does not look for
    it: ``pale_texts`` does.
    """
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": False}}}
    found = Axe().run(page.page, context=selector, options=options).response
    assert len(found["passes"]) > 8  # it has looked
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"]
            for node in rule["nodes"]
            if rule["id"] not in KNOWN or KNOWN[rule["id"]] not in node["html"]]


def picture_classes(page) -> list[str]:
    """The selectors of all pictures of the lab that can be seen."""
    names = page.all(".mlp-pictures img:visible").evaluate_all("""all => all.map(
        image => '.' + [...image.classList].find(css => css.startsWith('mlp-picture-')))""")
    assert names
    return names


def pictures(page) -> list[str]:
    """Hashes of all pictures of the lab that can be seen."""
    return [page.pixels(css) for css in picture_classes(page)]


def told(page) -> list[str]:
    """What is to be read where something was asked: verdicts, and what waits behind a line."""
    return page.page.evaluate("""async () => {
        const found = [];  // JupyterLab renders only what is in view
        for (const e of document.querySelectorAll('.jp-OutputArea-output details, .mlp-judged')) {
            (e.closest('.jp-OutputArea-output') || e).scrollIntoView();
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            found.push(e.innerText.trim());
        }
        return found;
    }""")


def assert_begins_in_view(page, *selectors: str) -> None:
    """After Run All these stand in view, and the first thing to do has the keyboard."""
    page.wait_for(lambda: all(page.find(css).evaluate(IN_VIEW) for css in selectors))
    assert page.find(":focus").evaluate("e => e.matches('.mlp-lab input, .mlp-predict input')")


def unfold(page, *names: str) -> None:
    """Open what stands folded in the lab: the folds of these names, or all of them."""
    switches = ", ".join(f".mlp-fold-{name}" for name in names) or ".mlp-fold-switch"
    press_all(page, f":is({switches}):not(.mod-active):visible")
    for name in names:
        assert page.all(f".mlp-fold-{name}.mod-active").count(), name


def reset(page) -> None:
    """The lab as it was at first, all of its folds and Share closed; its top in view, no focus.

    What has the focus already is not brought into view by the next call of ``focus``.
    """
    press_all(page, f".mlp-reset, {UNFOLDED}")
    page.find(".mlp-lab").evaluate(
        "e => { document.activeElement.blur(); e.scrollIntoView({ block: 'start' }); }"
    )


def fold(page) -> None:
    """Close all folds of the lab, and Share."""
    press_all(page, UNFOLDED)


def press_all(page, selector: str) -> None:
    """Press switches of the lab, also those that cannot be seen."""
    page.all(selector).evaluate_all("all => all.forEach(e => e.click())")
    page.settle()


def present(page, on: bool = True) -> None:
    """Switch Present on or off; wait until the page has followed."""
    if page.all(".mlp-lab.mlp-presenting").count() != on:
        page.click(".mlp-present")
    page.settle()
    assert page.all(".mlp-lab.mlp-presenting").count() == on


def sections(page) -> list:
    """The buttons that turn a presented lab from section to section; none if it has but one."""
    return page.all(".mlp-pages button:visible").all()


def each_section(page) -> Iterator[str]:
    """Turn a presented lab to each of its sections, the first one last; gives their names."""
    for button in reversed(sections(page)):
        button.click()
        page.settle()
        yield button.inner_text()
    if not sections(page):
        yield ""


# How far below the end of a text the next lab or part begins, as a share of what the window shows
# of the notebook. A notebook draws cells when they come into view.
FAR_FROM_TEXT = """async () => {
    const room = document.querySelector('.jp-WindowedPanel-outer').clientHeight, found = [];
    const frame = () => new Promise(requestAnimationFrame);
    let before = null;
    for (const cell of document.querySelectorAll('.jp-CodeCell')) {
        cell.scrollIntoView();
        await frame();
        await frame();
        const lab = cell.querySelector('.mlp-lab');
        let text = cell.previousElementSibling;
        while (text && !text.matches('.jp-MarkdownCell')) text = text.previousElementSibling;
        if (lab && text && text !== before) found.push(
            (lab.getBoundingClientRect().top - text.getBoundingClientRect().bottom) / room);
        if (lab) before = text;
    }
    return found;
}"""


def assert_parts_stand_below_their_texts(page, at_least: int) -> None:
    """At most one screen lies between a text and the part that it speaks of."""
    found = page.page.evaluate(FAR_FROM_TEXT)
    assert len(found) >= at_least and min(found) >= 0 and max(found) <= 1, found
