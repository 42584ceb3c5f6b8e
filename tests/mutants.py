"""Small ways to break the code, and the tests that must see each of them.

    python tests/mutants.py            # all of them: ten minutes or more
    python tests/mutants.py 3 17       # some of them, by number

Each is one change of one line, in a copy of the project, and one run of the tests that are named
with it. A change that no test sees is a hole in the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Mutant:
    """What a student would meet; the file, what stands there once, what is put in its place, and
    the test files of which one must fail. tests/test_structure.py sees which stands no more."""

    behaviour: str
    file: str
    before: str
    after: str
    tests: str


MUTANTS = [
    Mutant("the slope of ReLU at exactly z = 0 is 0, against the lecture's convention",
           "core/activations.py", '"relu",       _relu,                 _on,',
           '"relu",       _relu,                 lambda z: (z.real > 0) * 1.0,', "activations"),
    Mutant("leaky ReLU has slope 0.1 on the left of 0",
           "core/activations.py", "LEAK = 0.01", "LEAK = 0.1", "activations"),
    Mutant("the slope of tanh is half of what it is",
           "core/activations.py", "return 4.0 * _sigmoid_slope(2.0 * z)",
           "return 2.0 * _sigmoid_slope(2.0 * z)", "activations"),
    Mutant("the gradient of the squared loss lacks its factor 2",
           "core/losses.py", "lambda a, y, rest: TWO * (a - y)",
           "lambda a, y, rest: ONE * (a - y)", "losses"),
    Mutant("the log loss of a sigmoid output punishes being right",
           "core/losses.py", "z * (on - y)", "z * (y - on)", "losses"),
    Mutant("far out, the slope of a sigmoid is 0 or not a number",
           "core/activations.py", "else np.fmin(a, ONE)), rest",
           "else a), 1.0 - a", "activations"),
    Mutant("the slope of a sigmoid forgets that a skip came into its layer",
           "core/passes.py", "a[layer] + _brought_by(skip, z, a), NO_ARRAY",
           "a[layer] + _brought_by(skip, z, a), rest[layer]", "passes gradients"),
    Mutant("a network counts one bias for each layer instead of one for each neuron",
           "core/network.py", "w.shape[-2] * (w.shape[-1] + bias)",
           "(w.shape[-2] * w.shape[-1] + bias)", "network"),
    Mutant("where a skip starts, the gradient that comes through the layers is lost",
           "core/passes.py", 'dJ_da[layer - 1] = dJ_da[layer - 1] + by_skip["a", layer - 1]',
           'dJ_da[layer - 1] = by_skip["a", layer - 1]', "passes gradients chain"),
    Mutant("the gradient is that of the sum over the points although J is their mean",
           "core/passes.py",
           "trace.rest[-1]) / np.array(float(trace.y.shape[-1]))", "trace.rest[-1])",
           "passes gradients"),
    Mutant("the gradient by the input lacks what a skip brings back to it",
           "core/passes.py", '== ("a", 0)', '== ("a", 1)', "passes gradients"),
    Mutant("numbers whose square is too large for a float count as infinite",
           "core/network.py", "return bool(np.isfinite(array).all())", "return False", "passes"),
    Mutant("after a step of descent the parameters can be written to",
           "core/network.py", "frozen(parameters[: self.depth])", "tuple(parameters[: self.depth])",
           "descent"),
    Mutant("a step of gradient descent goes uphill",
           "core/descent.py", "parameter - alpha * gradient for",
           "parameter + alpha * gradient for", "descent"),
    Mutant("a clipped gradient has length 1 whatever the threshold is",
           "core/descent.py", "[max_norm * (g / norm) for g in gradients]",
           "[g / norm for g in gradients]", "descent"),
    Mutant("the last, smaller mini-batch of an epoch is dropped",
           "core/descent.py", "for start in range(0, count, size))",
           "for start in range(0, count - size + 1, size))", "descent"),
    Mutant("the local factor of a layer with a skip lacks its +1",
           "lectures/deep_chain/chain.py", "skip + df(z) * w, np.nan", "df(z) * w, np.nan",
           "chain"),
    Mutant("overflow is reported one layer too early",
           "lectures/deep_chain/chain.py", "int(np.argmin(finite)) + 1", "int(np.argmin(finite))",
           "chain"),
    Mutant("the best heights leave out the constant b2",
           "fits/hinges.py", "np.column_stack([hidden.T, np.ones_like(x)])",
           "np.column_stack([hidden.T, np.zeros_like(x)])", "relu_sums"),
    Mutant("a hinge that a student has moved is lost when another neuron comes to the sliders",
           "lectures/relu_sums/numbers.py", 'found["neurons"] = (*self.shown, *new)[:K]',
           'found["neurons"] = (*self.given, *new)[:K]', "relu_sums"),
    Mutant("among equally good fits the one with the most neurons is revealed",
           "fits/optimum.py", "(fit.w21 != 0) + (fit.w22 != 0)",
           "-(fit.w21 != 0) - (fit.w22 != 0)", "optimum"),
    Mutant("tiny numbers, as a vanished gradient, are written as an exact 0",
           "text.py", "if size == 0:", "if size < 1e-9:", "text"),
    Mutant("negative numbers in a product stand without their parentheses",
           "text.py", 'f"({text})" if text.startswith("−") else text',
           'f"({text})" if text.startswith("-") else text', "text two_hidden"),
    Mutant('one step is told as "1 steps", and two as "2 step"',
           "text.py", "'s' * (count != 1)", "'s' * (count == 1)", "text words"),
    Mutant("a line of a student's file that is not two numbers is skipped in silence",
           "data/columns.py", "if numbers is None and not rows and not heading:",
           "if numbers is None:", "points"),
    Mutant("with semicolons a comma in a file is not taken as the decimal sign",
           "data/columns.py", 'cell.replace(",", ".").replace(', "cell.replace(", "points"),
    Mutant("nobody is told that a comma may have stood between thousands",
           "data/columns.py", "if commas and all(GROUPED", "if not commas and all(GROUPED",
           "own_data"),
    Mutant("a file is read before anybody asks how large it is",
           "data/columns.py", "_check_size(about.st_size)", "_check_size(0)", "own_data"),
    Mutant("the search for the optimum takes fits whose kinks are outside their gaps",
           "fits/optimum.py", "((p * q > 0) & (np.abs(q)", "((np.abs(q)", "optimum"),
    Mutant("of the pairs found by the search for the optimum only the first is fitted again",
           "fits/optimum.py", "N_REFITTED = 64", "N_REFITTED = 1", "optimum"),
    Mutant("hinges that nearly coincide count as one in the search for the optimum",
           "fits/optimum.py", "DEPENDENT = 1e-11", "DEPENDENT = 1e-5", "optimum"),
    Mutant("a fit with more neurons is revealed where rounding makes it better by nothing",
           "fits/optimum.py", "* (1 + 1e-12) + noise**2", "+ noise**2", "optimum"),
    Mutant("the best quadratic is solved in units of x, far from 0 too",
           "lectures/three_neuron/polynomial.py", "middle = float(x.min() + x.max()) / 2",
           "middle = 0.0", "polynomial"),
    Mutant("own data are sorted by x while the y keep their old order",
           "data/points.py",
           "xs, ys = np.array(x, float)[order], np.array(y, float)[order]",
           "xs, ys = np.array(x, float)[order], np.array(y, float)", "points"),
    Mutant("in the stepper, values from the forward pass are not shown as reused",
           "explain/operations.py", '{var: "reused" for var in op.used if var.kind not in own}',
           '{var: "reused" for var in op.used if var.kind not in (*own, "a")}',
           "operations two_hidden"),
    Mutant("with a skip the step ∂/∂a adds the wrong second term",
           "explain/operations.py",
           'return terms + [_term(p, p.target(s, neuron), Var("skip", layer, neuron))',
           'return terms + [_term(p, Var("dz", s.into), Var("skip", layer, neuron))',
           "operations two_hidden"),
    Mutant("the reason why a weight gets no update names the wrong neuron",
           "lectures/two_hidden/numbers.py", 'f"neuron {neuron + 1}"', 'f"neuron {2 - neuron}"',
           "two_hidden polls"),
    Mutant("a neuron exactly on the kink is told and drawn as off",
           "lectures/two_hidden/numbers.py", "off = self.trace.z[layer][neuron] < 0",
           "off = self.trace.z[layer][neuron] <= 0", "two_hidden"),
    Mutant('the preset "output dead" is not dead: one of its weights has the wrong sign',
           "lectures/two_hidden/numbers.py",
           'OUTPUT_DEAD = {**BLACKBOARD, "w1_2": -1.5, "w2_2": -1.5}',
           'OUTPUT_DEAD = {**BLACKBOARD, "w1_2": 1.5, "w2_2": -1.5}', "two_hidden"),
    Mutant('after "Can it revive?" Rewind goes back to before the trial',
           "lectures/two_hidden/lab.py", "self.descent.begin_here()", "pass", "two_hidden"),
    Mutant("the one-neuron lab says that L falls when w grows where it shrinks",
           "lectures/one_neuron/words.py", "'grows' if gradient < 0", "'grows' if gradient > 0",
           "one_neuron"),
    Mutant("a neuron of the traffic network that is off at some point is called dead",
           "lectures/three_neuron/numbers.py", "np.all(z[neuron] < 0)",
           "np.any(z[neuron] < 0)", "three_neuron"),
    Mutant("undo of other data does not bring back the hour that was chosen for them",
           "lectures/three_neuron/numbers.py", ', follows="data"', "", "three_neuron"),
    Mutant("Rewind goes back one step only and not to where the descent began",
           "widgets/descent.py", "**path[0][0]", "**path[-2][0]", "lab_descent"),
    Mutant("after a divergence the lab advises a learning rate with which J grows again",
           "widgets/descent.py", "[1] < numbers.loss:", "[1] > numbers.loss:",
           "lab_descent"),
    Mutant('in the training the chain with skips is clipped, and "clipping" is not',
           "lectures/deep_chain/training.py", "max_norm=state.max_norm if clipped",
           "max_norm=state.max_norm if skip", "deep_chain"),
    Mutant("the spread of mini-batches is that of points that are put back",
           "lectures/training_loop/noise.py", " * (self.count - sizes) / (self.count - 1)", "",
           "training_loop"),
    Mutant("a walk through the loop shows the second update on the points of the first",
           "lectures/training_loop/walk.py",
           "for points in islice(minibatches(x.shape[-1], size, seed), count):",
           "for points in [next(minibatches(x.shape[-1], size, seed))] * count:", "training_loop"),
    Mutant("a paused training begins anew when Train is pressed again",
           "widgets/training_run.py", "if found is None or not found.going:",
           "if found is None or found.going:", "training_loop deep_chain"),
    Mutant("why a gradient is 0 over all points is told of a single one",
           "explain/zeros.py", "everywhere = all(", "everywhere = not all(", "zeros polls"),
    Mutant("for swapped gradients the student is told the wrong order to return them in",
           "lectures/generic_layer/words.py", "return dJ_dz_in first, then dJ_dtheta",
           "return dJ_dtheta first, then dJ_dz_in", "generic_layer"),
    Mutant("a shared call may name a file beside the notebook, and loading it opens that file",
           "saved_state.py", "value not in of.texts:", 'value not in of.texts and "/" in value:',
           "share"),
    Mutant("a slider's handle stands on the step below a value instead of the nearest one",
           "widgets/sliders.py", "round((place - low) / step)",
           "math.floor((place - low) / step)", "sliders"),
    Mutant("two different presses in quick succession are undone together",
           "widgets/history.py", "same = group is not None and group == self._group",
           "same = group == self._group", "history"),
    Mutant("the arrow beside a gradient points to the side on which J grows",
           "widgets/parameter_table.py",
           '"right" if gradient < 0 else "left"', '"right" if gradient > 0 else "left"',
           "controls"),
    Mutant("the stepper lights the operation before the one whose formula is shown",
           "explain/operations.py", "op = found[min(int(place), len(found)) - 1]",
           "op = found[max(min(int(place), len(found)) - 2, 0)]", "operations"),
    Mutant("the picture for viewers without a kernel tells a gradient that is covered",
           "widgets/lab.py", 'return "?" if self.state.is_covered else number(',
           "return number(", "cover"),
    Mutant("the row beside a slider tells a gradient that is covered",
           "widgets/parameter_table.py", "if state.is_covered:", "if False:", "cover"),
    Mutant("the chain is drawn with the gradients that are covered",
           "drawing/chain.py", "if over or scene.covered else", "if over else", "cover"),
    Mutant("a prediction uncovers the gradients when one of two numbers is right",
           "widgets/predict.py", "if all(verdicts):", "if any(verdicts):", "predict"),
    Mutant("a number of the wrong sign is right",
           "widgets/predict.py", "if is_close(given, self.right, self.tolerance):",
           "if is_close(abs(given), abs(self.right), self.tolerance):", "predict"),
    Mutant("a picture that stands in no page is drawn at every move",
           "widgets/canvas.py", "self.asked_for or (self.in_lab and", "(True and", "canvas"),
    Mutant("a part keeps its picture asked for after it is closed, so that it is drawn for nobody",
           "widgets/part.py", "canvas.asked_for = any(name in names for names in self._in_page)",
           "pass", "parts"),
    Mutant("a part without J in its names shows J and the status all the same",
           "widgets/part.py", 'host.headline_text if "J" in names else None',
           "host.headline_text", "parts"),
    Mutant("a fold that was opened cannot be closed again",
           "widgets/layout.py", 'widgets.show(box, change["new"])', "widgets.show(box, True)",
           "folds"),
    Mutant("a preset stays marked when a slider has left it",
           "widgets/lab.py", "bool(values) and all(getattr(self.state, k) == own[k]",
           "bool(values) and any(getattr(self.state, k) == own[k]", "folds"),
    # three that no test saw before there was this list
    Mutant("a box that refuses a number keeps silent",
           "widgets/controls.py", "            problem = str(error)", "            problem = ''",
           "controls"),
    Mutant("a move right after an undo is joined with the one before it",
           "widgets/history.py", "del self._states[-1:]\n        self.separate()",
           "del self._states[-1:]", "history"),
    Mutant("of several wrong layers of a student's chain the first is named, not the last",
           "lectures/generic_layer/check.py",
           'pairs[wrong[-1]])\n            return LayerCheck(False, f"Layer {wrong[-1]}:',
           'pairs[wrong[0]])\n            return LayerCheck(False, f"Layer {wrong[0]}:',
           "generic_layer"),
    Mutant("the gradients of the negative log-likelihood are those of the squared loss",
           "explain/numbers.py", "self.trace = forward(network, x, y, loss=loss)",
           "self.trace = forward(network, x, y)", "sigmoid_features"),
    Mutant("the line in the feature space forgets that ŷ = z is parted at ½",
           "lectures/sigmoid_features/scenes.py",
           'HALF if state.loss_name == "squared" else 0.0', "0.0", "sigmoid_features"),
    Mutant("a parameter that is picked anew keeps the value of the one before",
           "lectures/names_counts/numbers.py", 'changes.setdefault("value", None)',
           'changes.setdefault("value", self.value)', "names_counts"),
    Mutant("a click in the matrix picks the row as the input and the column as the output",
           "drawing/named_network.py", "Cell((self.layer, j, i), left, right, y)",
           "Cell((self.layer, i, j), left, right, y)", "names_counts"),
    Mutant("of a value that is used twice, only one path comes back in a typed expression",
           "lectures/computational_graph/tape.py", "found[k] = sum(found[end] * self.local",
           "found[k] = max(found[end] * self.local", "computational_graph"),
    Mutant("a walk through a graph shows a derivative one operation too early",
           "lectures/computational_graph/graph.py", "max(place - len(self.forward), 0)",
           "max(place - len(self.forward) + 1, 0)", "computational_graph"),
    Mutant("a backward step of a graph lights the wires into its node, not those out of it",
           "lectures/computational_graph/scenes.py",
           "(wire.start if found.is_backward(place) else wire.end) in now", "wire.end in now",
           "computational_graph"),
    Mutant("a walk through a sum of ReLUs is that of neuron 1, whichever is on the sliders",
           "lectures/relu_sums/numbers.py", "range(neuron, neuron + 1)", "range(1)", "relu_sums"),
    Mutant("the digits are learned from the half that is held out",
           "lectures/digits/training.py", "half, start = halves()[0], first_network(setting)",
           "half, start = halves()[1], first_network(setting)", "digits"),
    Mutant("a run of a lab that is closed goes on",
           "widgets/cell.py", "self._at_close.close()", "pass", "lab"),
    Mutant("of a training, the ways that have ended are trained on",
           "widgets/training.py", "                if way.going:", "                if True:",
           "training"),
    Mutant("in a diagram a gradient lights the neuron before its own",
           "drawing/diagram.py", "neurons[of.layer, of.neuron]", "neurons[max(of.layer - 1, 0), 0]",
           "sigmoid_features three_neuron"),
    Mutant("a closed lab leaves the boxes of those before it", "widgets/lab.py",
           "*(shell for _names, shell in self.shells))", ")", "made_again"),
    Mutant("a sentence over a covered picture stands on a blank sheet", "widgets/canvas.py",
           "scene = self._cover(sentence, numbers)", "scene = self._say(sentence)", "cover"),
    Mutant("a covered picture of empty axes shows its numbers", "widgets/canvas.py",
           "update(blank(numbers))", "update(self.slot.scene(numbers))", "cover"),
    Mutant("a covered picture keeps the ticks of another setting", "drawing/picture.py",
           "ticks.show_ticks([], [])", "pass", "cover"),
    Mutant("a parameter without an update counts as one that learns", "widgets/next_step.py",
           "if gradient[name]] or [none]", "] or [none]", "polls"),
    Mutant("the page waits until the networks of all first weights are trained",
           "lectures/digits/lab.py", "        with self.others.shown():", "        if True:",
           "digits"),
    Mutant("a pixel that has its own ink again still counts as changed",
           "lectures/digits/numbers.py", "if ink != own else []", "if True else []", "digits"),
    Mutant("the colours of σ₁ stand under the name σ₂",
           "drawing/feature_maps.py", "zip(self.panels, scene.maps, strict=True)",
           "zip(self.panels, scene.maps[::-1], strict=True)", "drawn_numbers"),
    Mutant("the half held out is drawn as the one that is learned",
           "drawing/learning.py", "self.parts[row].set_data(epochs, 100 * scene.right[row])",
           "self.parts[row].set_data(epochs, 100 * scene.right[1 - row])", "drawn_numbers"),
    Mutant("∂J/∂x is drawn with the other sign", "lectures/digits/scenes.py",
           "ReadingScene(numbers.pixels, numbers.dJ_dx,",
           "ReadingScene(numbers.pixels, -numbers.dJ_dx,", "drawn_numbers"),
    Mutant("descent has the same J with every number of hinges", "lectures/relu_sums/scenes.py",
           '"descent": trained, "best"',
           '"descent": {**trained, **dict.fromkeys(trained, 1.0)}, "best"', "drawn_numbers"),
    Mutant("J over the points seen is drawn over the updates",
           "drawing/descents.py", "self.curves[1][k].set_data(seen, shown)",
           "self.curves[1][k].set_data(np.arange(len(J)), shown)", "drawn_numbers"),
]


def is_killed(mutant: Mutant, copy: Path) -> bool:
    """Whether one of its tests fails. ValueError if there is no such place, or no such test."""
    path = copy / "mlp_widgets" / mutant.file
    source = path.read_text(encoding="utf-8")
    if source.count(mutant.before) != 1:
        raise ValueError(f"{mutant.file} has {source.count(mutant.before)} times: {mutant.before}")
    path.write_text(source.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        files = [f"tests/test_{name}.py" for name in mutant.tests.split()]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
        # by its path, because an installed package leads to the original
        env = {**os.environ, "PYTHONPATH": str(copy), "MLP_WIDGETS_REQUIRE_ALL": "1"}
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)
    finally:
        path.write_text(source, encoding="utf-8")
    if done.returncode not in (0, 1):
        raise ValueError(f"the tests of {mutant.behaviour!r} did not run:\n{done.stdout[-2000:]}")
    return done.returncode == 1


def main(chosen: list[int]) -> int:
    """Try the chosen ones, or all; 1 if one of them is not seen."""
    with tempfile.TemporaryDirectory(prefix="mlp-mutants-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(
            ".venv", ".oldest", ".lite", ".uv", ".git", "*_cache"))
        alive = []
        for place, mutant in enumerate(MUTANTS, start=1):
            if chosen and place not in chosen:
                continue
            killed = is_killed(mutant, copy)
            print(f"{place:2} {'seen    ' if killed else 'NOT SEEN'} {mutant.behaviour}",
                  flush=True)
            alive += [] if killed else [place]
    print(f"{len(alive)} not seen: {alive}" if alive else "every change is seen by a test")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
