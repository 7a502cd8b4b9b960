# What people run besides building. Goals that need packages install them first
# and then start make anew, since flags are asked of pkg-config when it starts.
INSTALL_PACKAGES = sh tools/install-packages.sh
JOBS  = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
AGAIN = $(MAKE) --no-print-directory $(JOBS)
SETTING_UP = packages audit check lint fuzz cover clean requirements bare-machine

ifeq ($(strip $(PACKAGE_LIBS)),)
ifneq ($(filter-out $(SETTING_UP),$(or $(MAKECMDGOALS),all)),)
$(error Libraries are missing. `make packages` installs them on Debian 12; tools/packages.txt names them)
endif
endif

.PHONY: packages audit check check-programs lint tidy cppcheck fuzz fuzz-programs cover bench \
        install uninstall requirements bare-machine
packages:
	@$(INSTALL_PACKAGES) build

# --- audit: build, and look at DIR (this checkout where none is named)
DIR ?= .
audit:
	@$(INSTALL_PACKAGES) build
	@$(AGAIN) MODE=release B=build/release build/release/custody
	@build/release/custody audit $(DIR)

# --- check: everything that can fail, with sanitizers
# A fault test is test/fault/LAYER_name.c; what it includes from there has no main.
# A fuzz target is test/fuzz/fuzz_name.c; here it replays its corpus.
# A line `/* link: FLAGS */` in a test's source adds FLAGS when it is linked.
FAULT = $(patsubst test/fault/%.c,%,$(shell grep -ls '^int main' test/fault/*.c))
FUZZ  = $(patsubst test/fuzz/%.c,%,$(wildcard test/fuzz/fuzz_*.c))
ALL_LIBS = $(foreach l,$(LAYERS),$(call lib,$(l)))
link_flags = $(shell sed -n 's|^/\* link: \(.*\) \*/$$|\1|p' $(1))
link_test = $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

define fault_rule
$(B)/test/fault/$(1): $(B)/test/fault/$(1).o $(call libs_up_to,$(firstword $(subst _, ,$(1)))) $(B)/gen/embed.o
	@echo "  link  $$@"
	@$$(link_test) -lcmocka $$(call link_flags,test/fault/$(1).c) $$(LDFLAGS_$(1))
endef
$(foreach f,$(FAULT),$(eval $(call fault_rule,$(f))))
$(B)/test/fault/%.o: CFLAGS += -Itest/unit

# fuzz_LAYER_name links no higher than LAYER; any other name links everything.
fuzz_libs = $(if $(filter $(word 2,$(subst _, ,$(1))),$(LAYERS)),$(call libs_up_to,$(word 2,$(subst _, ,$(1)))),$(ALL_LIBS))
define fuzz_rule
$(B)/test/$(1): $(B)/test/fuzz/$(1).o $(B)/test/fuzz/replay.o $(call fuzz_libs,$(1)) $(B)/gen/embed.o
	@echo "  link  $$@"
	@$$(link_test) $$(call link_flags,test/fuzz/$(1).c)
$(B)/fuzz/$(1): $(B)/test/fuzz/$(1).o $(call fuzz_libs,$(1)) $(B)/gen/embed.o
	@mkdir -p $$(@D)
	@echo "  link  $$@"
	@$$(link_test) -fsanitize=fuzzer $$(call link_flags,test/fuzz/$(1).c)
endef
$(foreach f,$(FUZZ),$(eval $(call fuzz_rule,$(f))))

check-programs: $(UNIT:%=$(B)/test/%) $(FAULT:%=$(B)/test/fault/%) $(FUZZ:%=$(B)/test/%) \
                $(if $(wildcard src/main/*.c),$(B)/custody)
# A program that does not build any more must not run as it was: it goes.
MADE = MODE=$(1) B=build/$(1) check-programs
build_tests = $(AGAIN) -k $(MADE) || { echo "Something did not build; its tests count as failed."; \
	$(MAKE) -n -k $(MADE) 2>/dev/null | sed -n 's/^echo "  link  \(.*\)"$$/\1/p' | xargs -r rm -f; }
check:
	@$(INSTALL_PACKAGES) build test
	@$(call build_tests,asan)
	@python3 tools/run-tests.py --build build/asan $(TESTS)

# --- fuzz: make fuzz [NAME=json] [SECONDS=60]
SECONDS ?= 60
fuzz:
	@$(INSTALL_PACKAGES) build fuzz
	@$(AGAIN) -k MODE=fuzz B=build/fuzz CC=clang WARN=-w fuzz-programs
	@sh tools/fuzz.sh build/fuzz/fuzz $(SECONDS) $(NAME)
fuzz-programs: $(if $(NAME),$(B)/fuzz/fuzz_$(NAME),$(FUZZ:%=$(B)/fuzz/%))

# --- cover: which lines the tests never ran
cover:
	@$(INSTALL_PACKAGES) build test
	@find build/cover -name '*.gcda' -delete 2>/dev/null || :
	@$(call build_tests,cover)
	@python3 tools/run-tests.py --build build/cover $(TESTS) || :
	@python3 tools/cover.py build/cover

.PRECIOUS: $(B)/test/bench/%.o
$(B)/test/bench/%: $(B)/test/bench/%.o $(ALL_LIBS) $(B)/gen/embed.o
	@echo "  link  $@"
	@$(link_test)

bench: $(B)/custody $(patsubst %.c,$(B)/%,$(wildcard test/bench/*.c))
	@CUSTODY=$(abspath $(B))/custody sh test/bench/whole.sh

include tools/lint.mk
include tools/install.mk

requirements:
	@python3 tools/requirements.py $(if $(IDS),--ids)

bare-machine:
	@sh tools/bare-machine.sh $(if $(MIRROR),--mirror $(MIRROR))
