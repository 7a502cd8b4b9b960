# What is checked without running: order of the layers, sizes, banned functions,
# names, words, and two analysers. `make lint` says everything it finds.
LINT = build/lint
SRC  = $(wildcard src/*/*.c)
TIDY_FLAGS = -std=c17 -D_GNU_SOURCE -DCUSTODY_VERSION='"$(VERSION)"' -Isrc $(PACKAGE_CFLAGS)
# err.c defines what the header wraps.
tidy_extra = $(if $(filter %/err.c,$(1)),,-include tools/tidy.h)
LINT_CHECKS = layers size banned names words headers sql

lint:
	@$(INSTALL_PACKAGES) build lint
	@$(AGAIN) -k --output-sync=target lint-all
.PHONY: lint-all $(LINT_CHECKS:%=lint-%)
lint-all: $(LINT_CHECKS:%=lint-%) tidy cppcheck
	@echo "lint: clean"

lint-layers:
	@sh tools/check-layers.sh $(LAYERS) main
lint-size lint-banned lint-words lint-headers: lint-%:
	@python3 tools/check-$*.py
lint-sql: $(B)/test/cmd_sql
	@sh tools/with-postgres.sh --no-fsync $< >$(B)/sql.log 2>&1 || { cat $(B)/sql.log; exit 1; }
lint-names: $(foreach l,$(LAYERS),$(call lib,$(l)))
	@python3 tools/check-names.py $(B)

tidy: $(SRC:%.c=$(LINT)/%.tidy)
$(LINT)/%.tidy: %.c .clang-tidy tools/tidy.h
	@mkdir -p $(@D)
	@echo "  tidy  $<"
	@$(CC) $(TIDY_FLAGS) -MM -MP -MT $@ -MF $(LINT)/$*.d $<
	@clang-tidy --quiet $< -- $(TIDY_FLAGS) $(call tidy_extra,$<) > $(LINT)/$*.log 2>/dev/null || { cat $(LINT)/$*.log; exit 1; }
	@touch $@
-include $(shell find $(LINT) -name '*.d' 2>/dev/null)

cppcheck:
	@mkdir -p $(LINT)/cppcheck
	@echo "  cppcheck"
	@cppcheck -q --template=gcc -j $(shell nproc) --cppcheck-build-dir=$(LINT)/cppcheck --error-exitcode=1 \
		--std=c11 --library=posix --enable=warning,performance,portability --inline-suppr \
		--suppressions-list=tools/cppcheck.txt -D_GNU_SOURCE -Isrc src

compile_commands.json: $(SRC) $(wildcard test/*/*.c)
	@python3 tools/compile-commands.py '$(CC) $(ALL_CFLAGS)' $^ > $@.new && mv $@.new $@
