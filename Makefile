# Accepted by GNU make and by FreeBSD's make (bmake): no conditionals, no pattern rules, no functions of either.
# What needs a decision is a script below Tools/, Tests/system/ or Benchmarks/.

PREFIX = /usr/local
DESTDIR =
# For `make simulate`: how long, and from which seed on (empty: a fresh one, which is printed).
SIMULATION_SECONDS = 600
SIMULATION_SEED =
# For `make bench`: which numbers of services.
COUNTS = 100 1000 10000

all: build

build:
	@sh Tools/setup.sh build
	@sh Tools/build.sh

# Builds, and starts a supervisor of your own in the foreground, with services/demo.
run: build
	@exec sh Tools/run.sh "$$(sh Tools/build.sh --where)"

# Everything that can fail; the last lines say what did.
test:
	@sh Tools/setup.sh test
	@sh Tools/test.sh

lint:
	@sh Tools/lint.sh

unit:
	@sh Tools/unit.sh

# The daemon itself with real services, from outside.
system: build
	@sh Tests/system/run.sh "$$(sh Tools/build.sh --where)"

# The supervisor's deaths and upgrades, at any moment, as often as is worth an hour.
soak: build
	@CRASHES=500 UPGRADES=200 SCRIPT_TIMEOUT=7200 sh Tests/system/run.sh "$$(sh Tools/build.sh --where)" 51-crash.sh 51-upgrade.sh

check-freebsd:
	@sh Tools/check-freebsd.sh

simulate:
	@sh Tools/simulate.sh '$(SIMULATION_SECONDS)' '$(SIMULATION_SEED)'

fuzz:
	@sh Tools/fuzz.sh

# The protocol of keeper, holder and supervisor, with a death of each at any step.
model:
	@sh Tools/model.sh

# Asks libucl itself about the parser's corpus. What it says is kept beside the cases, for the unit tests.
conformance:
	@sh Tests/conformance/run.sh

conformance-update:
	@sh Tests/conformance/run.sh --update

bench: build
	@sh Tools/setup.sh bench
	@sh Benchmarks/run.sh "$$(sh Tools/build.sh --where)" $(COUNTS)

install: build
	@sh Tools/install.sh "$$(sh Tools/build.sh --where)" '$(DESTDIR)' '$(PREFIX)'

clean:
	rm -rf .build .build-*

.PHONY: all build run test lint unit system soak check-freebsd simulate fuzz model conformance conformance-update bench install clean
