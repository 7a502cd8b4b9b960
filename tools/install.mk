# The program, its manual pages and what a shell completes, all from its own tables.
PREFIX  ?= /usr/local
DESTDIR ?=
BIN  = $(DESTDIR)$(PREFIX)/bin
MAN  = $(DESTDIR)$(PREFIX)/share/man
BASH_COMPLETION = $(DESTDIR)$(PREFIX)/share/bash-completion/completions/custody
ZSH_COMPLETION  = $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_custody
FISH_COMPLETION = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/custody.fish

install: $(B)/custody
	@install -D -m 755 $(B)/custody $(BIN)/custody
	@rm -rf $(B)/help && mkdir -p $(B)/help
	@sh tools/manual.sh $(B)/custody | sh tools/split-manual.sh $(B)/help
	@for page in $(B)/help/*.[1-8]; do \
		install -D -m 644 "$$page" "$(MAN)/man$${page##*.}/$${page##*/}" || exit 1; done
	@for s in bash zsh fish; do $(B)/custody help --completion $$s > $(B)/help/$$s || exit 1; done
	@install -D -m 644 $(B)/help/bash $(BASH_COMPLETION)
	@install -D -m 644 $(B)/help/zsh $(ZSH_COMPLETION)
	@install -D -m 644 $(B)/help/fish $(FISH_COMPLETION)
	@echo "custody is in $(BIN), its manual in $(MAN)"

uninstall:
	@rm -f $(BIN)/custody $(MAN)/man[1-8]/custody.[1-8] $(MAN)/man[1-8]/custody-*.[1-8]
	@rm -f $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)
