"""A monkey in the browser: a student who does anything, in any order, faster than the kernel.

    monkey = Monkey(page, cell=3, lab="ThreeNeuronLab", seed=7)
    monkey.go_on(lambda: len(monkey.done) < 100)
    monkey.check()

It has keys, mouse and files, and sees nothing but the page. ``done`` is all that it did, and each
action is printed, which pytest shows where something is wrong: ``replay`` does the same again.
"""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from real_jupyter import CHECKOUT, NotebookPage
from seen import present, unfold

NOT_FORESEEN = "did not work"
WAITING = 8
"""Messages to the kernel that may be without an answer: a student waits now and then too."""
PATIENCE = 5000
"""Milliseconds for which it waits for a control that is not ready, before it looks why."""
LONG = 120
"""Seconds for which page or kernel may be busy on a slow computer, before they count as stuck."""
TYPED = ("abc", "", "1e400", "-1e400", "nan", "1,5", "−0.75", "1e30", "0", "2.5", "<b>1</b>",
         "1e-300", "-0.001", "12", "٣", "$x$")
KEYS = ("ArrowRight", "ArrowLeft", "ArrowUp", "PageUp", "PageDown", "Home", "End")
FILES = {
    "two columns": b"x,y\n0,1\n1,2.5\n3,0.5\n4,2\n", "decimal commas": b"0;1,5\n2;3\n5;1",
    "three columns": b"x1,x2,class\n0,0,1\n1,0.5,0\n-1,2,1\n", "no points": b"a,b\n",
    "no numbers": b"<b>a</b>,b\nc,d\n", "empty": b"", "binary": bytes(range(256)),
    "UTF-16": "0,1\n1,2\n2,3\n".encode("utf-16"), "11 MB": b"12,345\n" * 1_600_000,
}
"""Files of a student: what they hold by what they are. A lab takes few of them."""
AFTER_RESTART = "kernel status: "
"""What a page tells of a restart that was asked for."""
TOO_LATE = re.compile(r"kernel stderr: (No such comm: [0-9a-f]{32}\s*)+$")
"""What the kernel tells of messages to a lab that its cell, run again, has closed before they came.
It stands in no cell: what does is a problem all the same."""


@dataclass(frozen=True)
class Action:
    """``what`` is a method of the monkey, done with a control: its name, of those of the same name
    the ``place``, and numbers that say how."""

    what: str
    control: str = ""
    place: int = 0
    how: tuple[Any, ...] = ()


# What can be acted on, each with a name: its kind and the classes of ours that it or a box around
# it has. ``found(root)`` gives these, [name, place, element].
FOUND = """
    const KINDS = { handle: '.noUi-handle', box: 'input[type=text]', check: 'input[type=checkbox]',
        choice: 'select', runs: 'button:is(.mlp-run, .mlp-play, .mlp-step, .mlp-next)',
        picture: '.mlp-pictures img', file: 'button.widget-upload',
        button: 'button:not(.widget-upload, .mlp-run, .mlp-play, .mlp-step, .mlp-next)' };
    const passing = css => !css.startsWith('mlp-') || css === 'mlp-on' || css.startsWith('mlp-at-');
    const own = e => [...e.classList].filter(css => !passing(css));
    const found = root => {
        const counts = {}, all = [];
        for (const kind in KINDS) for (const e of root?.querySelectorAll(KINDS[kind]) ?? []) {
            let named = e;
            while (!own(named).length) named = named.parentElement;
            const name = [kind, ...own(named)].join('.');
            const place = counts[name] = (counts[name] ?? -1) + 1;
            if (e.disabled || e.closest('[disabled]')) continue;
            if (e.checkVisibility({ visibilityProperty: true })) all.push([name, place, e]);
        }
        return all;
    };
"""

CONTROLS = f"root => {{ {FOUND} return found(root).map(([name, place]) => [name, place]); }}"

# The element itself, scrolled into view; null where it is gone.
REACHED = f"""async (root, [name, place]) => {{
    {FOUND}
    const it = found(root).find(([n, p]) => n === name && p === place)?.[2];
    it?.scrollIntoView({{ block: 'nearest' }});
    await new Promise(requestAnimationFrame);
    return it ?? null;
}}"""

IN_VIEW = """(e, [across, down]) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    const inside = (at, end) => Math.min(Math.max(at, 1), end - 1);
    return [inside(left + across * (right - left), innerWidth),
            inside(top + down * (bottom - top), innerHeight)];
}"""

STANDS_THERE = "e => e.isConnected && e.checkVisibility() && !e.disabled"

# What the button of a file opens. It stands in no page, and Firefox tells nobody that it opens.
CHOOSER = """button => {
    const { prototype } = HTMLInputElement, { click } = prototype;
    let chooser = null;
    prototype.click = function () { chooser = this; };
    button.click();
    prototype.click = click;
    chooser.value = '';  // as a click on it does
    return chooser;
}"""

CHOOSE = """(menu, share) => {
    menu.selectedIndex = Math.floor(share * menu.options.length);
    menu.dispatchEvent(new Event('change', { bubbles: true }));
}"""

READ = "async chooser => chooser.files[0].arrayBuffer()"

FEW_WAIT = "most => mlpAsked.size <= most"

# What the page shows of each widget, in the order of the page; of HTML its text.
SHOWN = """async (root, told) => {
    const text = html => {
        const made = document.createElement('div');
        made.innerHTML = html;
        return made.textContent;
    };
    const hash = async address => {
        const bytes = await (await fetch(address)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
    };
    const see = {
        slider: e => Number(e.querySelector('.noUi-handle').getAttribute('aria-valuenow')),
        text: e => e.querySelector('input').value,
        checkbox: e => e.querySelector('input').checked,
        Dropdown: e => { const at = e.querySelector('select').selectedIndex;
                         return at < 0 ? null : at; },
        ToggleButtons: e => [...e.querySelectorAll('button')]
            .findIndex(button => button.matches('.mod-active')),
        toggle: e => [e.textContent.trim(), e.matches('.mod-active'), e.disabled],
        button: e => [e.textContent.trim(), false, e.disabled],
        html: e => e.querySelector('.widget-html-content').textContent,
        image: e => hash(e.src),
        other: () => null,
    };
    const elements = [...root.querySelectorAll(
        '.mlp-lab, .mlp-lab :is(.jupyter-widgets, .widget-toggle-buttons)')];
    if (elements.length !== told.length)
        return [`the page shows ${elements.length} widgets, not ${told.length}`];
    const wrong = [];
    for (const [k, [kind, value]] of told.entries()) {
        const e = elements[k];
        const expected = kind === 'html' ? text(value) : value;
        const there = await see[kind](e);
        if (JSON.stringify(there) !== JSON.stringify(expected))
            wrong.push(`${e.className} shows ${JSON.stringify(there)}, `
                + `and in the kernel it is ${JSON.stringify(expected)}`);
    }
    return wrong;
}"""

RUN_CELLS = """async cells => {
    const { commands, shell } = window.jupyterapp, notebook = shell.currentWidget.content;
    for (const cell of cells) {
        notebook.activeCellIndex = cell;
        notebook.deselectAll();
        commands.execute('notebook:run-cell');
    }
}"""

ASK_KERNEL = """async ([code, expression]) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code, silent: true, store_history: false,
        user_expressions: { answer: expression } });
    const { content } = await future.done;
    const answer = content.status === 'ok' ? content.user_expressions.answer : content;
    if (answer.status !== 'ok')
        throw new Error(`${answer.ename}: ${answer.evalue} ${answer.traceback.join('')}`);
    return answer.data['text/plain'];
}"""

RESTART = """async () => {
    await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart();
    mlpAsked.clear();  // these have no answer any more
}"""

PRESS_PAUSE = """root => [...root.querySelectorAll('button')]
    .filter(e => e.textContent.includes('❚❚')).map(e => e.click()).length"""

CHANGE_KERNEL = """async () => {
    const { sessionContext } = window.jupyterapp.shell.currentWidget;
    await sessionContext.changeKernel({ name: sessionContext.session.kernel.name });
    mlpAsked.clear();
}"""

# Of each lab and question the sentences that are seen: the page's, and that of the kernel itself.
SAID_OF_KERNEL = """root => [...root.querySelectorAll('.mlp-lab, .mlp-poll')].map(lab =>
    [lab, ...lab.querySelectorAll('.mlp-look')].filter(e => getComputedStyle(e).display !== 'none')
        .map(e => getComputedStyle(e, '::before').content)
        .filter(said => said.includes('kernel')))"""


# Whether the mouse reaches a handle, which is in view.
ANSWERS = """async e => {
    e.scrollIntoView({ block: 'center' });
    await new Promise(requestAnimationFrame);
    const { x, y, width, height } = e.getBoundingClientRect();
    return e.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


class Monkey:
    """``cell`` is the place of the lab's cell in the notebook, counted from 0, and ``lab`` the
    name by which ``labs`` of the notebook has it."""

    def __init__(self, page: NotebookPage, cell: int, lab: str, seed: int) -> None:
        self.notebook, self.page, self.cell, self.lab = page, page.page, cell, lab
        self.random = random.Random(f"{seed} {lab}")
        print(f"seed {seed}, {lab}:")
        self.done: list[Action] = []
        page.root = f"[data-windowed-list-index='{cell}']"
        self.page.set_default_timeout(LONG * 1000)
        page.find(".mlp-lab").scroll_into_view_if_needed()
        self.before = list(page.problems())

    # -- what it does -----------------------------------------------------------------------------

    def go_on(self, more: Callable[[], bool]) -> None:
        """Do one thing after the other."""
        while more():
            self.do(self.any_action())

    def bring_all(self) -> None:
        """Every file, in any order, to a lab that takes one, and something else after each."""
        for what in self.random.sample([*FILES], len(FILES)):
            if "file" not in self._controls():
                self._look_for_files()
            name, place = self.random.choice(self._controls()["file"])
            self.do(Action("bring", name, place, (what,)))
            self.do(self.any_action())

    def _look_for_files(self) -> None:
        """The button of a file may be folded, or on another page of a presented lab; or the cell
        runs."""
        self.notebook.wait_idle(LONG)
        self.notebook.settle(LONG)
        present(self.notebook, False)
        unfold(self.notebook)

    def replay(self, actions: Iterable[Action]) -> None:
        """The same again."""
        for action in actions:
            self.do(action)

    def do(self, action: Action) -> None:
        """One action; nothing, if its control is gone."""
        self.note(action)
        self.page.wait_for_function(FEW_WAIT, arg=WAITING)
        if not action.control:
            return getattr(self, action.what)(*action.how)
        root = self.page.locator(self.notebook.root)
        it = root.evaluate_handle(REACHED, [action.control, action.place]).as_element()
        if it is not None:
            self._do_with(it, action)

    def note(self, action: Action) -> None:
        """For a replay."""
        self.done.append(action)
        print("   ", action)

    def _do_with(self, it, action: Action) -> None:
        """One action with a control, which the lab may take away meanwhile."""
        try:
            getattr(self, action.what)(it, *action.how)
        except Exception:
            if it.evaluate(STANDS_THERE):
                raise

    def any_action(self) -> Action:
        """Of all that can be done now, with each kind of control as often."""
        controls = self._controls()
        if not controls:  # the cell runs; a monkey that ran it once more would never see its lab
            self.notebook.wait_idle(LONG)
            self.notebook.settle(LONG)
            controls = self._controls()
        if not controls or self.random.random() < 0.03:
            return Action("run_the_cell_again", how=(self.random.randint(1, 3),))
        kind = self.random.choice(sorted(controls))
        name, place = self.random.choice(controls[kind])
        what = self.random.choice(WAYS[kind])
        return Action(what, name, place, HOW[what](self.random))

    def _controls(self) -> dict[str, list[tuple[str, int]]]:
        """Kind -> name and place of each that can be used now."""
        controls: dict[str, list[tuple[str, int]]] = {}
        for name, place in self.page.locator(self.notebook.root).evaluate(CONTROLS):
            controls.setdefault(name.split(".")[0], []).append((name, place))
        return controls

    def press_keys(self, handle, *keys: str) -> None:
        """On a slider."""
        handle.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, handle, *places: float) -> None:
        """A slider, or on a picture: to the left and right and back."""
        x, y = self._place(handle, 0.5, 0.5)
        mouse, (width, height) = self.page.mouse, self.page.viewport_size.values()
        mouse.move(x, y)
        mouse.down()
        for share in places:
            mouse.move(min(max(x + 400 * share, 1), width - 1),
                       min(max(y + 100 * share, 1), height - 1), steps=3)
        mouse.up()

    def _place(self, it, across: float, down: float) -> tuple[float, float]:
        """In the page, of a share of the width and height of what is in view."""
        return tuple(it.evaluate(IN_VIEW, [across, down]))

    def type(self, box, text: str, end: str) -> None:
        """Into a box, instead of what stands there; ``end`` is a key, or "" to leave it so."""
        box.select_text(timeout=PATIENCE)
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)
        if end:
            self.page.keyboard.press(end)

    def click(self, it, across: float, down: float, times: int) -> None:
        """With the mouse, once or several times."""
        self.page.mouse.click(*self._place(it, across, down), click_count=times)

    def press_at_once(self, it, times: int) -> None:
        """A button, quicker than anybody: all clicks in one turn of the page."""
        it.evaluate("(e, times) => { while (times--) e.click(); }", times)

    def choose(self, menu, share: float) -> None:
        """Of a menu, which may become shorter at any moment: in one turn of the page."""
        menu.evaluate(CHOOSE, share)

    def bring(self, button, what: str) -> None:
        """One of ``FILES``, and wait until the page has read it."""
        chooser = button.evaluate_handle(CHOOSER).as_element()
        chooser.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": FILES[what]})
        chooser.evaluate(READ)

    def run_the_cell_again(self, times: int) -> None:
        """While the old lab may still be busy, and before the new one is there."""
        self.page.evaluate(RUN_CELLS, times * [self.cell])

    # -- the kernel -------------------------------------------------------------------------------

    def ask(self, expression: str) -> Any:
        """What an expression is in the kernel; AssertionError with its error."""
        code = (f"import sys, json; sys.path[:0] = [{str(CHECKOUT / 'tests' / 'browser')!r}]\n"
                "import in_kernel; sys.path.pop(0)")
        answer = self.page.evaluate(ASK_KERNEL, [code, f"json.dumps({expression})"])
        return json.loads(ast.literal_eval(answer))

    def restart(self) -> None:
        """The kernel, at any moment; then the lab says that it is gone, and its cell runs again."""
        self._end_kernel("restart", RESTART)

    def change_kernel(self) -> None:
        """Take another kernel, in the same way."""
        self._end_kernel("change_kernel", CHANGE_KERNEL)

    def _end_kernel(self, how: str, code: str) -> None:
        self.note(Action(how))
        self.page.evaluate(code)
        self.wait_until_it_says_gone()
        self.notebook.wait_idle(LONG)
        self.begin()

    def shut_down(self) -> None:
        """The kernel, for good."""
        self.note(Action("shut_down"))
        self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.wait_until_it_says_gone()

    def wait_until_it_says_gone(self) -> None:
        """All that stands in the cell says so once, and no control of it can be used."""
        root = self.page.locator(self.notebook.root)
        self.notebook.wait_for(lambda: {len(said) for said in root.evaluate(SAID_OF_KERNEL)} == {1})
        assert not root.locator(".noUi-handle").first.evaluate(ANSWERS)

    def begin(self) -> None:
        """Run the first cell and that of the lab, if its kernel is gone."""
        root = self.page.locator(self.notebook.root)
        if root.locator(".mlp-lab.jupyter-widgets-disconnected, .mlp-ended").count():
            self.page.evaluate(RUN_CELLS, [0, self.cell])
            self.notebook.wait_idle(LONG)
            self.notebook.settle(LONG)
            assert not any(root.evaluate(SAID_OF_KERNEL))
            assert root.locator(".noUi-handle").first.evaluate(ANSWERS)

    # -- what holds after it ----------------------------------------------------------------------

    def pause(self) -> None:
        """Press every button that says it, until none does; leave the box, and wait for work that
        ends by itself."""
        self.page.evaluate("document.activeElement.blur()")
        self.notebook.wait_idle(LONG)
        self.notebook.wait_for(lambda: self._pauses() == 0, LONG)
        self.notebook.wait_for(lambda: not self.ask(f"in_kernel.goes_on(labs[{self.lab!r}])"), LONG)
        self.notebook.settle(LONG)

    def _pauses(self) -> int:
        """How many buttons said so, once every click before is answered: a second one runs on."""
        self.page.wait_for_function(FEW_WAIT, arg=0)
        return self.page.locator(self.notebook.root).evaluate(PRESS_PAUSE)

    def check(self) -> None:
        """Page and kernel are in step, nothing runs any more, and no error was told."""
        lab = f"labs[{self.lab!r}]"
        self.pause()
        assert self.unlike(lab) == []
        assert self.ask("in_kernel.left_behind()") == []
        assert NOT_FORESEEN not in self.ask(f"in_kernel.error_of({lab})")
        assert self.ask(f"in_kernel.stale({lab})") == []
        self.ask(f"in_kernel.compare_with_new({lab})")  # which moves it to its place of rest
        self.notebook.settle(LONG)
        assert self.unlike(lab) == []
        assert self.problems() == []

    def unlike(self, lab: str) -> list[str]:
        """What the page shows otherwise than the kernel says."""
        told = self.ask(f"in_kernel.in_view({lab})")
        return self.page.locator(self.notebook.root).evaluate(SHOWN, told)

    def problems(self) -> list[str]:
        """What the page has told since it was looked at first."""
        found = list(self.notebook.problems())
        for old in self.before:
            found.remove(old)
        did = {action.what for action in self.done}
        if "restart" in did:
            found = [text for text in found if not text.startswith(AFTER_RESTART)]
        if "run_the_cell_again" in did:
            found = [text for text in found if not TOO_LATE.match(text)]
        return found


WAYS = {"handle": ["press_keys", "drag"], "box": ["type"], "check": ["click"],
        "choice": ["choose"], "runs": ["click", "press_at_once"], "picture": ["click", "drag"],
        "file": ["bring"], "button": ["click"]}
"""Kind of a control -> what is done with it."""

HOW: dict[str, Callable[[random.Random], tuple[Any, ...]]] = {
    "press_keys": lambda dice: tuple(dice.choices(KEYS, k=dice.randint(1, 6))),
    "drag": lambda dice: tuple(dice.uniform(-1, 1) for _ in range(dice.randint(1, 3))),
    "type": lambda dice: (dice.choice([*TYPED, f"{dice.uniform(-20, 20):.3g}"]),
                          dice.choice(["Enter", "Enter", "Tab", ""])),
    "click": lambda dice: (dice.uniform(0.1, 0.9), dice.uniform(0.1, 0.9), dice.choice([1, 1, 2])),
    "press_at_once": lambda dice: (dice.randint(2, 5),),
    "choose": lambda dice: (dice.random(),),
    "bring": lambda dice: (dice.choice([*FILES]),),
}
"""What is done -> with which keys, places, texts."""
