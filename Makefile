# The commands of mlp_widgets. The recipes run under sh and under the Windows cmd, with GNU
# make 3.81 (macOS) and newer.

VENV := .venv
ifeq ($(OS),Windows_NT)
  PYTHON ?= python
  VENV_PYTHON := $(VENV)/Scripts/python.exe
  OLDEST_PY := ".oldest/Scripts/python.exe"
else
  PYTHON ?= python3
  VENV_PYTHON := $(VENV)/bin/python
  OLDEST_PY := ".oldest/bin/python"
  ifeq ($(shell id -u),0)
    LAB_DEFAULTS += --allow-root
  endif
  # Linux without a screen has no browser to open: JupyterLab and Voilà print the address.
  ifeq ($(shell uname -s)$(DISPLAY)$(WAYLAND_DISPLAY),Linux)
    LAB_DEFAULTS += --no-browser
    PRESENT_DEFAULTS += --no-browser
  endif
endif

# In quotes, because the Windows cmd takes a bare / for the start of an option.
PY := "$(VENV_PYTHON)"

# Many container images set this. Every kernel and every test process would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

# A stamp says that .venv holds what is needed. Its name contains the place of this folder,
# because the installation points to the folder and is lost when the folder moves.
EMPTY :=
PLACE := $(subst $(EMPTY) ,-,$(subst /,-,$(subst :,-,$(CURDIR))))
LAB_READY := $(VENV)/lab$(PLACE)
PRESENT_READY := $(VENV)/present$(PLACE)
TEST_READY := $(VENV)/test$(PLACE)
# The tools of the site are apart from JupyterLab: lite/requirements.txt says why.
LITE := .lite
SITE_READY := $(LITE)/ready
PYTHON_READY := $(VENV_PYTHON)

# In the conda environment of environment.yml everything is installed already.
ifeq ($(CONDA_DEFAULT_ENV),mlp-widgets)
  PY := python
  LAB_READY :=
  PRESENT_READY :=
  TEST_READY :=
  PYTHON_READY :=
endif

.PHONY: help lab present site test quick nightly peers soak monkey bench notebooks pictures clean
.PHONY: dist fresh oldest mutants style ready ready-peers

help:
	$(info make lab     opens the notebooks in JupyterLab (flags: LAB_FLAGS="--port=9000"))
	$(info make present opens the labs as pages without code (flags: PRESENT_FLAGS="--theme=dark"))
	$(info make site    makes the folder site: the notebooks for any web server, Python in the browser)
	$(info make test    runs all checks: style, types, unit tests, notebooks, a real browser)
	$(info make quick   runs style, types and most unit tests (all tests on a lab: LABS=digits))
	$(info make nightly looks at the labs in more sizes of pages than `make test` does)
	$(info make peers   compares all gradients and trainings with PyTorch, JAX and autograd)
	$(info make soak    5000 random actions on each lab: about an hour)
	$(info make oldest  runs the unit tests with the oldest packages allowed: PYTHON=python3.10 or 3.11)
	$(info make fresh   installs the wheel in fresh environments, and opens JupyterLab and Voilà from it)
	$(info make mutants breaks the code in many small ways, and a test must see each: an hour or two)
	$(info make monkey  keys, clicks and files in any order, two minutes a lab in two browsers: an hour)
	$(info make bench   measures how fast the widgets are)
	$(info make notebooks  runs the notebooks and stores their outputs)
	$(info make dist    builds the wheel and the sdist into the folder dist)
	$(info make pictures   takes the pictures of the README in a real browser)
	$(info make clean   removes .venv and what the tools left behind)
	@echo The first call sets up .venv. To use another Python: make lab PYTHON=python3.12

# The command of the package knows how JupyterLab and Voilà are started.
lab: $(LAB_READY)
	$(PY) -m mlp_widgets --no-copy notebooks -- $(LAB_DEFAULTS) $(LAB_FLAGS)

present: $(PRESENT_READY)
	$(PY) -m mlp_widgets --present --no-copy notebooks -- $(PRESENT_DEFAULTS) $(PRESENT_FLAGS)

# JupyterLite: page and kernel are files, and nothing runs on the server.
site: $(LAB_READY) $(SITE_READY)
	$(PY) lite/build_site.py site $(SITE_FLAGS)

# What installs packages: .ci/run takes uv, which is four times as quick.
INSTALL = $(PY) -m pip install --quiet

# Of what the tests install they import a tenth: Python compiles a module when it is first asked for.
AS_NEEDED := --no-compile

# $(call part,name,command) runs one part of the tests; if it fails, the last line names it.
part = @echo == $(1) && $(2) || (echo == make test FAILED in this part: $(1) && exit 1)

# Each file in one process, because its tests share labs; tests/conftest.py says which come first.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder

# A browser that never answers fails its test, and the others go on.
ENDS := --timeout 600 --timeout-method thread

# Tests of what is looked at beside nbval, by tests/beside_nbval.py, and of the wheel.
OF_NOTEBOOKS := tests/test_notebook_states.py tests/test_stale_pictures.py tests/test_wheel.py

# Takes minutes a lab, by itself: not in `test`.
OF_MONKEY := tests/browser/test_monkey.py

# Needs PyTorch, JAX and autograd, which no other part does.
OF_PEERS := tests/test_peers.py

# Fetches a hundred packages for each of two environments.
OF_FRESH := tests/test_fresh_install.py

# A test that draws or makes much runs in `quick` on few labs, and in `test` on the others too. One
# line of quick says how many are left out. LABS names the few: make quick LABS="digits one_neuron"
export MLP_WIDGETS_LABS := $(LABS)
UNIT = $(PY) -m pytest -p no:nbval $(PARALLEL) tests --ignore=tests/browser \
  $(addprefix --ignore=,$(OF_NOTEBOOKS) $(OF_PEERS) $(OF_FRESH))
BROWSER = $(PY) -m pytest -p no:nbval $(PARALLEL) $(ENDS) tests/browser --ignore=$(OF_MONKEY)

# There is a process for each core: threads of BLAS would only wait for each other.
quick test nightly: export OPENBLAS_NUM_THREADS := 1

ready: $(TEST_READY) $(SITE_READY)

style: $(TEST_READY)
	$(call part,style,$(PY) -m ruff check)
	$(call part,types,$(PY) -m mypy)

quick: style
	$(call part,unit tests,$(UNIT) -m "not thorough and not nightly")

test: style $(SITE_READY)
	$(call part,unit tests,$(UNIT) -m "not nightly")
	$(call part,notebooks,$(PY) -m pytest --nbval --nbval-current-env $(PARALLEL) notebooks \
	  $(OF_NOTEBOOKS))
	$(call part,browser,$(BROWSER) -m "not nightly")
	@echo == make test: all parts passed

# More sizes of pages, and more labs, than the two processors of a small machine look at in time.
nightly: $(TEST_READY) $(SITE_READY)
	$(UNIT) -m nightly
	$(BROWSER) -m nightly

ready-peers: $(TEST_READY)
	$(INSTALL) $(AS_NEEDED) --editable ".[peers]"

peers: ready-peers
	$(PY) -m pytest -p no:nbval -n auto --dist load --maxschedchunk 1 $(OF_PEERS)

soak: export MLP_WIDGETS_STEPS := 5000
soak: $(TEST_READY)
	$(PY) -m pytest -p no:nbval -n auto tests/test_any_order.py

# Each package at the lower end of its bound in pyproject.toml, which pip cannot ask for.
oldest:
	$(PYTHON) -m venv --clear .oldest
	$(OLDEST_PY) -m pip install --quiet uv
	$(OLDEST_PY) -m uv pip install --quiet --python $(OLDEST_PY) --resolution lowest-direct --editable ".[test]"
	$(OLDEST_PY) -m pytest -p no:nbval $(PARALLEL) tests --ignore=tests/browser \
	  $(addprefix --ignore=,$(filter-out tests/test_wheel.py,$(OF_NOTEBOOKS)) $(OF_PEERS) $(OF_FRESH))

fresh: $(TEST_READY)
	$(PY) -m pytest -p no:nbval $(OF_FRESH)

# By hand, what a student would meet; then every small change of core/ and widgets/lab.py.
mutants: $(TEST_READY)
	$(INSTALL) --editable ".[mutants]"
	$(PY) tests/mutants.py
	$(PY) tests/every_mutant.py

dist: $(TEST_READY)
	$(PY) -m build --outdir dist
	$(PY) -m twine check --strict dist/*

monkey: export MLP_WIDGETS_MONKEY := 120
monkey: $(TEST_READY)
	$(PY) -m pytest -p no:nbval -n auto --dist loadfile $(OF_MONKEY)

bench: $(TEST_READY)
	$(PY) -m benchmarks

# Outputs are stored in the notebooks: nbval compares with them, and viewers without a kernel show
# them. The state of the widgets is not stored, because GitHub refuses such notebooks.
RUN_NOTEBOOK := --to notebook --execute --inplace --ExecutePreprocessor.store_widget_state=False \
  --ExecutePreprocessor.record_timing=False \
  --NotebookExporter.preprocessors=nbconvert.preprocessors.CoalesceStreamsPreprocessor
notebooks: $(TEST_READY)
	$(PY) -m nbconvert $(RUN_NOTEBOOK) notebooks/*.ipynb
	$(PY) tests/drawn_with.py

pictures: $(TEST_READY)
	$(PY) tests/browser/take_pictures.py

LITTER := .venv .lite .oldest .uv site build dist mlp_widgets.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(d, True) for d in '$(LITTER)'.split()]"

# CHECKED is "ok", or one sentence that says what is wrong with $(PYTHON), or empty if there is
# no $(PYTHON). Even Python 2 can read the question.
OLD := mlp_widgets needs Python 3.10 or newer, and $(PYTHON) is older: try PYTHON=python3.12
BARE := $(PYTHON) has no venv module: install it first (Debian, Ubuntu: apt install python3-venv)
NONE := There is no $(PYTHON): install Python 3.10 or newer, or name yours with PYTHON=...
CHECKED = $(shell $(PYTHON) -c "import sys, pkgutil; print('$(OLD)' if sys.version_info < (3, 10) \
  else 'ok' if 'ensurepip' in [m[1] for m in pkgutil.iter_modules()] else '$(BARE)')")

# Without its Python (after an update of the system, say) an old .venv is worth nothing.
ifeq ($(wildcard $(VENV_PYTHON)),)
  .PHONY: $(LAB_READY) $(PRESENT_READY) $(TEST_READY)
endif

$(VENV_PYTHON):
	$(if $(filter ok,$(CHECKED)),,$(error $(or $(CHECKED),$(NONE))))
	@echo Setting up .venv: this takes a minute or two, once.
	$(PYTHON) -m venv --clear $(VENV)

# $(call install,extra,options) puts mlp_widgets with this extra into .venv, in place: a change of
# the sources needs no new call. pip 21.3 is the first that can do so.
define install
	$(INSTALL) "pip>=21.3"
	$(INSTALL) $(2) --editable ".[$(1)]"
	@$(PY) -c "open('$@', 'w').close()"
endef

$(VENV)/lab$(PLACE): pyproject.toml $(VENV_PYTHON)
	$(call install,lab)

$(VENV)/present$(PLACE): pyproject.toml $(VENV_PYTHON)
	$(call install,present)

$(VENV)/test$(PLACE): pyproject.toml $(VENV_PYTHON)
	$(call install,test,$(AS_NEEDED))

$(SITE_READY): lite/requirements.txt | $(PYTHON_READY)
	$(INSTALL) --upgrade --target $(LITE) --requirement lite/requirements.txt
	@$(PY) -c "open('$@', 'w').close()"

# A .venv whose making was broken off is made again.
.DELETE_ON_ERROR:
