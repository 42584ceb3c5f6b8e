"""What is to be seen with each control of a lab, found from its declarations, and where it stands.

A control in use stands in some state of its lab: ``cases_of(lab)`` gives states in which each
control of the lab stands in it. ``seen_with(lab)`` says for each control in a state which
picture it changes first and whether its gradient stands beside it; ``hidden_parts`` puts the
keyboard on each of them in a page and tells what of these cannot be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import asdict, dataclass
from typing import Any
from unittest.mock import patch

import ipywidgets as widgets
from real_jupyter import FLOW

from mlp_widgets.fields import Choice, Field, Number, Several, State, Switch, Typed, declared
from mlp_widgets.widgets.canvas import Slot
from mlp_widgets.widgets.lab import Lab


@dataclass(frozen=True)
class Seen:
    """A field, and what must be seen with its control: the first picture that stands there of
    those that it changes, and its gradient."""

    field: str
    controls: str
    pictures: list[str]
    has_gradient: bool


def selector(name: str, of: Field) -> str:
    """The elements of a field's control that take the keyboard."""
    roots = [f".mlp-{name}", f".mlp-box-{name}", f".mlp-slider-{name}"]
    if isinstance(of, Several):
        roots += [f".mlp-{name}-{option}" for option in of.options]
    if of.role.name == "PLACE":
        roots = [".mlp-stepper"]
    return f":is({', '.join(roots)}) :is(input, select, button, .noUi-handle), button.mlp-{name}"


def others(of: Field, state: State) -> Iterator[object]:
    """Other values of a field, the largest and smallest included."""
    if isinstance(of, Choice):
        yield from of.options
    elif isinstance(of, Typed):
        yield from of.examples
    elif isinstance(of, Switch):
        yield not getattr(state, of.name)
    elif isinstance(of, Several):
        yield from ((), tuple(of.options))
    elif isinstance(of, Number) and (ends := of.ends(state)) is not None:
        yield from (10.0 ** end if of.log else end for end in (ends[1], ends[0]))
    elif isinstance(of, Number):
        yield getattr(state, of.name) + 1


def changed(state: State, name: str, value: object) -> State | None:
    """A state with another value; None where that is not allowed."""
    try:
        return state.changed(**{name: value})
    except (ValueError, ArithmeticError):
        return None


def unlike(state: State, name: str) -> State:
    """The same state with an unknown value of a field that a function reads."""
    other = copy(state)
    other.__dict__.pop("of_the_network", None)
    object.__setattr__(other, name, object())
    return other


def pictures_of(lab: Lab, name: str) -> list[str]:
    """The pictures in view that a field changes, in the order of the lab."""
    state, of = lab.state, declared(lab.state_type)[name]
    shown = [slot for slot in lab.slots if slot.is_shown(state)]
    if not of.role.of_the_network:
        return [slot.name for slot in shown if name in slot.also]
    new = [other for value in others(of, state) if (other := changed(state, name, value))]
    return [slot.name for slot in shown if any(
        depends(slot, state, other) for other in new or [unlike(state, name)])]


def depends(slot: Slot, state: State, other: State) -> bool:
    """Whether a picture looks otherwise in another state."""
    return slot.key(state, None) != slot.key(other, None)


def in_view(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """A widget and what stands in it now, in closed folds too."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from in_view(child)


def has_control(lab: Lab, name: str) -> bool:
    """Whether the control of a field stands in a lab and is in use."""
    of = declared(lab.state_type)[name]
    classes = {css for widget in in_view(lab.widget) for css in widget._dom_classes}
    names = [f"mlp-{name}", f"mlp-box-{name}", "mlp-slider-step" if of.role.name == "PLACE" else ""]
    several = [f"mlp-{name}-{option}" for option in getattr(of, "options", ())]
    return bool(classes & {*names, *several}) and (of.when is None or of.when(lab.state))


@patch.object(Lab, "show_pictures", lambda lab: None)  # no pixel is asked for here
def cases_of(kind: type[Lab]) -> dict[tuple, list[dict[str, str]]]:
    """Changes of the first state, so that each control of a lab stands in one of these states;
    and what must be seen with the controls there."""
    own, lab = declared(kind.state_type), kind(scale=0.25)
    found = {(): seen_with(lab)}
    for case in _changes(lab):
        missing = set(own) - {seen["field"] for shown in found.values() for seen in shown}
        if not missing:
            break
        lab.reset()
        lab.cover(False)  # a question's cover outlasts a reset
        lab.set(**case)
        if any(has_control(lab, name) for name in missing):
            found[tuple(case.items())] = seen_with(lab)
    assert not missing, f"no control was found of {', '.join(missing)} of {kind.__name__}"
    return _each_once(found)


def _each_once(found: dict[tuple, list]) -> dict[tuple, list]:
    """Of each case the controls with a first picture that no case before it has; those with the
    most controls first."""
    kept: dict[tuple, list] = {}
    known: set[tuple] = set()
    for case in sorted(found, key=lambda case: (bool(case), -len(found[case]))):
        keys = [(seen["field"], *seen["pictures"][:1]) for seen in found[case]]
        if new := [seen for key, seen in zip(keys, found[case], strict=True) if key not in known]:
            kept[case] = new
        known |= set(keys)
    return kept


def _changes(lab: Lab) -> Iterator[dict[str, Any]]:
    """One choice, then a choice and a number at an end."""
    own, state = declared(lab.state_type), lab.state
    choices = [{name: value} for name, of in own.items() if isinstance(of, (Choice, Switch, Typed))
               for value in others(of, state) if changed(state, name, value)]
    yield from choices
    for choice in choices:
        after = state.changed(**choice)
        for name, of in own.items():
            if isinstance(of, Number) and of.role.name == "DATA":
                yield from ({**choice, name: value} for value in others(of, after)
                            if changed(after, name, value))


def seen_with(lab: Lab) -> list[dict[str, str]]:
    """What must be seen with each control of a lab in its present state."""
    own = declared(lab.state_type)
    beside = lab.table._gradients.value if lab.table else ""
    return [asdict(Seen(name, selector(name, of), pictures_of(lab, name),
                        f'"mlp-gradient-{name}"' in beside))
            for name, of in own.items() if has_control(lab, name)]


# hidden(e) of a lab says why an element is not all seen, or "". What scrolls is the nearest box
# that does, or the page. scroller, top and bottom: this box, and what of the window it shows.
VISIBLE = """
    const lab = document.querySelector(root);
    const frame = () => new Promise(requestAnimationFrame);
    const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflowY);
    const above = e => e.parentElement ? [e.parentElement, ...above(e.parentElement)] : [];
    const scroller = above(lab).find(e => scrolls(e) && e.scrollHeight > e.clientHeight + 1)
        ?? document.scrollingElement;
    const page = scroller === document.scrollingElement;
    const edge = page ? { top: 0, left: 0 } : scroller.getBoundingClientRect();
    const top = Math.max(edge.top, 0), left = Math.max(edge.left, 0);
    const bottom = Math.min(edge.top + scroller.clientHeight, innerHeight);
    const right = Math.min(edge.left + scroller.clientWidth, innerWidth);

    // Of a picture that is cut in two, each of its images shows one half of it.
    const shown = e => {
        const box = e.getBoundingClientRect(), cut = getComputedStyle(e).clipPath;
        const share = /^inset/.test(cut) ? cut.match(/[\\d.]+(?=%|px)/g).map(n => n / 100) : [];
        const [right, left] = [share[1] ?? 0, share[3] ?? share[1] ?? 0];
        return new DOMRect(box.left + left * box.width, box.top,
                           (1 - left - right) * box.width, box.height);
    };
    const FINER = '.mlp-finer-up, .mlp-finer-down';  // they stand in the right end of a number box
    const hidden = e => {  // why, or ""
        if (!e) return 'is not there';
        const box = shown(e);
        if (!box.width || !box.height) return 'takes no room';
        const out = { above: top - box.top, below: box.bottom - bottom,
                      left: left - box.left, right: box.right - right };
        for (const side in out) if (out[side] > 1) return `is ${Math.round(out[side])} ${side}`;
        const [x, y, dx, dy] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2,
                                box.width / 2 - 2, box.height / 2 - 2];
        for (const [across, down] of [[0, 0], [-1, -1], [-1, 1], [1, -1], [1, 1]]) {
            const hit = document.elementFromPoint(x + across * dx, y + down * dy);
            if (!hit || !(e.contains(hit) || hit.contains(e) || hit.matches(FINER)))
                return `is behind ${hit?.className || hit?.tagName}`;
        }
        return '';
    };
    lab.scrollIntoView();
    await frame();
    await frame();  // a notebook draws a cell when it comes into view
"""

# Each control is come to from above and from below: with the lab's end, then its start, just in
# view. The keyboard goes from control to control: a notebook that loses it changes its mode, and
# the style of all that it has.
HIDDEN_PARTS = f"""async ([root, seen]) => {{
    {VISIBLE}
    const focus = (e, from) => {{
        if (document.activeElement === e) e.blur();
        const box = lab.getBoundingClientRect();
        scroller.scrollTop += from === 'above' ? box.top - bottom + 40 : box.bottom - top - 40;
        e.focus();
    }};
    const found = new Set(), done = new Set();
    const look = ({{ field, controls, pictures, has_gradient }}, from) => {{
        const all = [...lab.querySelectorAll(controls)].filter(e =>
            e.checkVisibility({{ visibilityProperty: true }}) && !e.matches(':disabled')
            && !e.closest('[disabled]'));
        if (all.length) done.add(field);
        const [picture, half] = pictures.map(
            name => [...lab.querySelectorAll(`img.mlp-picture-${{name}}`)].filter(
                image => image.checkVisibility())).find(images => images.length) ?? [];
        const gradient = lab.querySelector(`.mlp-gradient-${{field}}`);
        for (const e of all) {{
            focus(e, from);
            const named = {{ control: e.closest('.noUi-target') ?? e,
                            J: lab.querySelector('.mlp-headline') }};
            if (pictures.length) named.picture = picture;
            if (half) named.half = half;
            if (has_gradient) named.gradient = gradient?.closest('.mlp-gradient-row');
            for (const name in named) {{
                const why = hidden(named[name]);
                if (why) found.add(`${{field}} from ${{from}}: ${{name}} ${{why}}`);
            }}
        }}
    }};
    for (const from of ['above', 'below']) for (const control of seen) look(control, from);
    return {{ done: [...done], hidden: [...found] }};
}}"""

# A lab that is presented, scrolled to its start: all that is to be seen at once, and the pictures
# of its first section at least half as wide as the lab, or together half as high as the screen. The
# rows of the first column are those of its table, or all that stand in no fold.
HIDDEN_AT_START = f"""async root => {{
    {VISIBLE}
    const column = lab.querySelector('.mlp-section-0 > .mlp-controls > :first-child');
    const rows = [...(column.querySelector('.mlp-table') ?? column).querySelectorAll('.mlp-row')]
        .filter(e => e.checkVisibility() && !e.closest('.mlp-fold'));
    const named = {{ presets: lab.querySelector('.mlp-presets'),
        J: lab.querySelector('.mlp-headline'), picture: lab.querySelector('.mlp-section-0 img') }};
    rows.forEach((row, k) => {{ named[`slider ${{k + 1}} of ${{rows.length}}`] = row; }});
    const found = Object.keys(named).filter(name => hidden(named[name]))
        .map(name => `${{name}} ${{hidden(named[name])}}`);
    const sizes = [...lab.querySelectorAll('.mlp-section-0 > .mlp-pictures img')]
        .map(image => image.getBoundingClientRect());
    const width = Math.max(...sizes.map(box => box.width));
    const height = sizes.reduce((sum, box) => sum + box.height, 0);
    if (width < 0.5 * lab.clientWidth && height < 0.5 * (bottom - top))
        found.push(`pictures are small: ${{Math.round(width)}} x ${{Math.round(height)}}`);
    return found;
}}"""

# The stepper with the keyboard on Next: its buttons, its words, and the picture that it lights.
HIDDEN_STEPS = f"""async ([root, picture]) => {{
    {VISIBLE}
    const parts = ['.mlp-back', '.mlp-next', '.mlp-play', '.mlp-replay', '.mlp-operation-box',
                   `img.mlp-picture-${{picture}}`];
    document.activeElement.blur();
    lab.querySelector('.mlp-next').focus();
    return parts.filter(css => hidden(lab.querySelector(css)))
        .map(css => `${{css}} ${{hidden(lab.querySelector(css))}}`);
}}"""

# The stepper, come to from above and from below: whether its buttons stand in one row, and whether
# the switch of the fold in which it stands is all seen with it.
BUTTONS_OF_STEPS = f"""async root => {{
    {VISIBLE}
    const parts = ['.mlp-back', '.mlp-next', '.mlp-play', '.mlp-replay'];
    const buttons = parts.map(css => lab.querySelector(css)).filter(e => e?.checkVisibility());
    if (!buttons.length) return null;
    const rows = new Set(buttons.map(e => Math.round(e.getBoundingClientRect().top)));
    const found = rows.size > 1 ? [`buttons in ${{rows.size}} rows`] : [];
    const own = lab.querySelector('.mlp-fold-stepper');
    const controls = [buttons[1], lab.querySelector('.mlp-slider-step .noUi-handle')];
    for (const from of ['above', 'below']) for (const e of own ? controls : []) {{
        document.activeElement.blur();
        const box = lab.getBoundingClientRect();
        scroller.scrollTop += from === 'above' ? box.top - bottom + 40 : box.bottom - top - 40;
        e.focus();
        await frame();
        if (hidden(own)) found.push(`from ${{from}}: its switch ${{hidden(own)}}`);
    }}
    return found;
}}"""

# Folds that stand as a column of their own beside other controls: while they are closed most of the
# column is empty. How much higher the others are, where that is more than two rows.
FOLDS_BESIDE = """root => [...document.querySelectorAll(`${root} .mlp-controls > .mlp-folds`)]
    .filter(e => e.checkVisibility()).map(e => {
        const row = [...e.parentElement.children].filter(other => other.offsetTop === e.offsetTop);
        const more = Math.max(...row.map(other => other.offsetHeight)) - e.offsetHeight;
        return more > 80 ? `${e.textContent.trim().slice(0, 40)}: ${more} px` : '';
    }).filter(Boolean)"""

# In boxes of so many CSS pixels: texts that are cut or end outside of the lab, and pairs of texts
# that overlap. Status and error stand one over the other on purpose; a title may be shortened.
TEXTS_IN_THE_WAY = f"""([roots, widths]) => {{
    {FLOW}
    const found = new Set();
    const ways = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const clips = e => getComputedStyle(e).overflowY !== 'visible';
    function rects(text, lab) {{
        const range = document.createRange();
        range.selectNodeContents(text);
        let boxes = [...range.getClientRects()];
        for (let e = text.parentElement; e !== lab; e = e.parentElement) if (clips(e)) {{
            const edge = e.getBoundingClientRect();
            boxes = boxes.map(box => ({{ left: Math.max(box.left, edge.left),
                right: Math.min(box.right, edge.right), top: Math.max(box.top, edge.top),
                bottom: Math.min(box.bottom, edge.bottom) }}));
        }}
        return boxes.filter(box => box.right - box.left > 1 && box.bottom - box.top > 1);
    }}
    function look(lab, width) {{
        const texts = [], walk = document.createTreeWalker(lab, NodeFilter.SHOW_TEXT);
        const edge = lab.getBoundingClientRect();
        while (walk.nextNode()) {{
            const text = walk.currentNode, e = text.parentElement;
            if (!text.data.trim() || e.closest('style, option, .mlp-words, .mlp-error-box')
                || !e.checkVisibility({{ visibilityProperty: true }})) continue;
            const said = `${{width}}: ${{text.data.trim().slice(0, 40)}}`;
            const box = e.closest('button, div, label, td');
            if (box.scrollWidth > box.clientWidth + 1 && !box.matches('.mlp-title'))
                found.add(`${{said}} is cut: ${{box.scrollWidth}} in ${{box.clientWidth}}`);
            const own = rects(text, lab);
            for (const rect of own) if (rect.left < edge.left - 1 || rect.right > edge.right + 1)
                found.add(`${{said}} ends outside`);
            for (const [other, theirs] of texts)
                if (own.some(a => theirs.some(b => ways(a, b))))
                    found.add(`${{said}} overlaps ${{other.data.trim().slice(0, 40)}}`);
            texts.push([text, own]);
        }}
        for (const e of lab.querySelectorAll('input:not([type=checkbox])'))
            if (e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
                found.add(`${{width}}: ${{e.value}} is cut`);
    }}
    const labs = roots.map(root => document.querySelector(root));
    inFlow(labs, () => {{
        for (const lab of labs) for (const width of widths) {{
            const box = lab.parentElement;
            box.style.flex = `0 0 ${{width}}px`;
            try {{
                lab.clientWidth;  // what follows the width of a box may come a pass later
                if (lab.clientWidth === width) look(lab, width);
                else found.add(`${{width}}: it is ${{lab.clientWidth}} wide`);
            }} finally {{ box.style.flex = ''; }}
        }}
    }});
    return [...found];
}}"""

# How much of its cell's width a lab takes, and the share of its area that is kept free for words
# that are not there.
ROOM = """root => {
    const lab = document.querySelector(root), edge = lab.getBoundingClientRect();
    const leaves = 'img, input, select, button, td, .noUi-target, .mlp-status';
    const boxes = [...lab.querySelectorAll(leaves)].filter(e => e.checkVisibility())
        .map(e => e.getBoundingClientRect());
    const width = Math.max(...boxes.map(b => b.right)) - Math.min(...boxes.map(b => b.left));
    let free = 0;
    for (const e of lab.querySelectorAll('.mlp-controls *')) {
        if (!e.checkVisibility() || !parseFloat(getComputedStyle(e).minHeight)) continue;
        const range = document.createRange(), box = e.getBoundingClientRect();
        range.selectNodeContents(e);
        const ends = Math.max(box.top, ...[...range.getClientRects()].map(rect => rect.bottom));
        free += Math.max(0, box.bottom - ends) * box.width;
    }
    return { width: width / lab.closest('.jp-Cell').clientWidth, height: edge.height,
             free: free / (edge.width * edge.height) };
}"""

# Columns of rows whose number boxes begin at different places: how far from the left each does.
OUT_OF_LINE = """root => [...document.querySelectorAll(`${root} .mlp-column`)]
    .filter(e => getComputedStyle(e).display === 'flex')
    .map(e => [...e.querySelectorAll(':scope > .mlp-row:not(.mlp-line-of-text) input')]
        .filter(box => box.checkVisibility()).map(box => box.getBoundingClientRect().left))
    .filter(lefts => Math.max(...lefts) - Math.min(...lefts) > 1)"""

# Empty places of a lab, as shares of its area: below the last word or control of each column, and
# of each open fold that stands beside others, to where the highest one beside it ends; and below
# the columns beside a picture, to the end of the section.
EMPTY_PLACES = """root => {
    const lab = document.querySelector(root), area = lab.clientWidth * lab.clientHeight;
    const ends = e => Math.max(e.getBoundingClientRect().top, ...[e, ...e.querySelectorAll('*')]
        .filter(part => part.checkVisibility() && !part.closest('.mlp-words, .mlp-problem'))
        .flatMap(part => part.matches('input, select, button, .noUi-target') ? [part]
            : [...part.childNodes].filter(node => node.nodeType === 3 && node.data.trim()))
        .map(part => {
            const range = document.createRange();
            range.selectNode(part);
            return range.getBoundingClientRect().bottom;
        }));
    const found = [];
    for (const controls of lab.querySelectorAll('.mlp-section > .mlp-controls, .mlp-across')) {
        if (!controls.checkVisibility()) continue;
        const columns = [...controls.children].filter(e => e.checkVisibility());
        for (const e of columns) {
            const row = columns.filter(other => other.offsetTop === e.offsetTop);
            found.push((Math.max(...row.map(ends)) - ends(e)) * e.offsetWidth / area);
        }
        if (!controls.closest('.mlp-wide')) {
            const section = controls.parentElement.getBoundingClientRect();
            found.push((section.bottom - ends(controls)) * controls.offsetWidth / area);
        }
    }
    return found;
}"""

# Where the controls and pictures of a lab stand, measured from its start.
PLACES = f"""root => {{
    {FLOW}
    const lab = document.querySelector(root), round = length => Math.round(length);
    return inFlow([lab], () => {{
        const start = lab.getBoundingClientRect();
        return [...lab.querySelectorAll('input, select, button, .noUi-target, img, .mlp-strip')]
            .filter(e => e.checkVisibility()).map(e => {{
                const box = e.getBoundingClientRect();
                return [e.tagName, round(box.left - start.left), round(box.top - start.top),
                        round(box.width), round(box.height)];
            }});
    }});
}}"""

# All sliders of a lab go to one end.
ALL_SLIDERS = """([root, key]) => {
    for (const handle of document.querySelectorAll(`${root} .noUi-handle`)) handle.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}"""

# Panels of JupyterLab follow the window a little later. Cells are measured and not their labs: what
# is asked of a lab far out of view has all of it laid out, at every frame.
UNTIL_SIZED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const boxes = '.jp-Cell, .jp-LinkedOutputView';
    const widths = () => [...document.querySelectorAll(boxes)].map(e => e.clientWidth).join();
    for (let before = '', quiet = 0; quiet < 8; before = widths()) {
        await frame();
        quiet = widths() === before ? quiet + 1 : 0;
    }
}"""

# A new view of a lab's output at the right of the notebook, of this width, in the place of the view
# before it: a notebook whose width changes has all of its labs laid out. JupyterLab puts the first
# one below, and gives no width: the shell moves it, its layout is set anew.
PUT_BESIDE = """async ([root, width]) => {
    const app = window.jupyterapp, shell = app.shell;
    const views = () => [...shell.widgets('main')]
        .filter(widget => widget.node.querySelector('.jp-LinkedOutputView'));
    const before = views();
    const cell = document.querySelector(root).closest('.jp-Cell');
    const notebook = [...shell.widgets('main')].find(widget => widget.node.contains(cell));
    shell.activateById(notebook.id);
    notebook.content.activeCellIndex =
        notebook.content.widgets.findIndex(widget => widget.node === cell);
    await app.commands.execute('notebook:create-output-view');
    const view = views().find(widget => !before.includes(widget));
    if (before.length) {
        shell.add(view, 'main', { mode: 'tab-after', ref: before[0].id });
        before.forEach(widget => widget.dispose());
    } else {
        shell.add(view, 'main', { mode: 'split-right', ref: notebook.id });
        const dock = view.parent, layout = dock.saveLayout();
        layout.main.sizes = [dock.node.clientWidth - width - dock.spacing, width];
        dock.restoreLayout(layout);
    }
    const frame = () => new Promise(requestAnimationFrame);
    while (!view.node.querySelector('.mlp-lab img')) await frame();
    view.node.querySelector('.mlp-lab').dataset.mlpBeside = '';
    return view.node.clientWidth;
}"""

CLOSE_BESIDE = """() => [...window.jupyterapp.shell.widgets('main')]
    .filter(widget => widget.node.querySelector('.jp-LinkedOutputView'))
    .forEach(widget => widget.dispose())"""


# How many of its last controls a picture lies over, for every section that has its pictures above
# its controls, with the section's end at the given shares of the window's height.
UNDER_PICTURES = """async shares => {
    const found = [], sections = document.querySelectorAll('.mlp-wide');
    for (const section of sections) for (const share of shares) {
        const pictures = section.querySelector(':scope > .mlp-pictures');
        const controls = section.querySelector(':scope > .mlp-controls');
        if (!pictures?.checkVisibility() || !controls?.checkVisibility()) continue;
        section.scrollIntoView({block: 'end'});
        const scrolls = section.closest('.jp-WindowedPanel-outer');
        scrolls.scrollTop += scrolls.getBoundingClientRect().height * (1 - share);
        await new Promise(requestAnimationFrame);
        const leaves = [...controls.querySelectorAll('input, select, button, td, .noUi-target')]
            .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect());
        const last = Math.max(...leaves.map(box => box.bottom));
        const edge = pictures.getBoundingClientRect().bottom;
        const under = leaves.filter(box => box.bottom > last - 4 && box.top < edge - 1);
        found.push([section.closest('[data-mlp-lab]')?.dataset.mlpLab, share, under.length]);
    }
    return found;
}"""
