# custody: GNU make, a compiler and Debian's libraries; nothing to configure.
#   make          builds build/release/custody        make audit [DIR=path]
#   make check    builds with sanitizers, runs every test
#   make lint  make fuzz  make bench  make cover  make install  make requirements
MODE ?= release
B    ?= build/$(MODE)
CC   = gcc

# The layers, lowest first. A file may include only its own layer and those
# before it (tools/check-layers.sh); the unit tests of a layer link no higher.
LAYERS = base crypto text db net ledger odb scan record store git reader source judge show pack cmd

PACKAGES = libcrypto sqlite3 yajl yaml-0.1 libzstd libseccomp libpcre2-8 libdeflate zlib
EXTRA_LIBS = -lcsv -ldl -lpthread
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) libpq libxml-2.0 libcurl 2>/dev/null)
PACKAGE_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARN = -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wformat=2 -Wvla -Walloca -Wundef \
       -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
       -Wredundant-decls -Wimplicit-fallthrough -Wswitch-enum -Wpointer-arith -Wframe-larger-than=270000
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
         -fcf-protection=full -ftrivial-auto-var-init=zero
CFLAGS_release = -O2 -g $(HARDEN)
CFLAGS_asan    = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_cover   = -O0 -g --coverage
CFLAGS_fuzz    = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_release = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed
LDFLAGS_asan    = -fsanitize=address,undefined -Wl,--as-needed
LDFLAGS_cover   = --coverage
LDFLAGS_fuzz    = -fsanitize=address,undefined
VERSION = 0.1
ALL_CFLAGS = -DCUSTODY_VERSION=\"$(VERSION)\" -std=c17 -D_GNU_SOURCE -fPIE -fno-common -fvisibility=hidden -fno-strict-aliasing \
             -fno-delete-null-pointer-checks $(WARN) $(CFLAGS_$(MODE)) -Isrc -I$(B)/gen $(PACKAGE_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(LDFLAGS_$(MODE)) $(LDFLAGS)
LIBS = $(PACKAGE_LIBS) $(EXTRA_LIBS)

layer_src = $(wildcard src/$(1)/*.c)
layer_obj = $(patsubst %.c,$(B)/%.o,$(call layer_src,$(1)))
lib = $(B)/lib$(1).a
up_to = $(if $(filter $(1),$(firstword $(2))),$(1),$(firstword $(2)) $(call up_to,$(1),$(wordlist 2,99,$(2))))
libs_up_to = $(foreach l,$(call up_to,$(1),$(LAYERS)),$(call lib,$(l)))

all: $(B)/custody
.PHONY: all clean

EMBEDDED = $(sort $(wildcard content/*.csv src/db/schema/*.sql src/show/template/* src/pack/site/* src/scan/rules/*))
$(B)/gen/embed.c: tools/embed.sh $(EMBEDDED)
	@mkdir -p $(@D)
	@sh tools/embed.sh $(EMBEDDED) > $@.new && mv $@.new $@
$(B)/gen/embed.o: $(B)/gen/embed.c
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define layer_rule
$(call lib,$(1)): $(call layer_obj,$(1))
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

MAIN_OBJ = $(call layer_obj,main)
$(B)/custody: $(MAIN_OBJ) $(foreach l,$(LAYERS),$(call lib,$(l))) $(B)/gen/embed.o
	@echo "  link  $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(MAIN_OBJ) -Wl,--start-group $(foreach l,$(LAYERS),$(call lib,$(l))) -Wl,--end-group $(B)/gen/embed.o $(LIBS)

# A unit test is test/unit/LAYER_name.c: cmocka, linked with its layer and those below.
UNIT = $(patsubst test/unit/%.c,%,$(wildcard test/unit/*.c))
define unit_rule
$(B)/test/$(1): $(B)/test/unit/$(1).o $(call libs_up_to,$(firstword $(subst _, ,$(1)))) $(B)/gen/embed.o
	@echo "  link  $$@"
	@$$(CC) $$(ALL_LDFLAGS) -o $$@ $$< -Wl,--start-group $(call libs_up_to,$(firstword $(subst _, ,$(1)))) -Wl,--end-group $(B)/gen/embed.o $$(LIBS) -lcmocka $$(call link_flags,test/unit/$(1).c) $$(LDFLAGS_$(1))
endef
$(foreach u,$(UNIT),$(eval $(call unit_rule,$(u))))
units: $(UNIT:%=$(B)/test/%)
.PHONY: units

clean:
	rm -rf build build-*

$(B)/test/unit/%.o: CFLAGS += -Itest/unit

-include $(shell find $(B) -name '*.d' 2>/dev/null)
include tools/targets.mk
