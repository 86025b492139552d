# Every command of the workshop. `make help` lists them; the work behind most of them is done
# by the Python package in harness/, and this file builds the programs.
#
# A program of stage N is made of the learner's files of stage N and of the reference for the
# stages below it; with MINE=all (or MINE="1 2") of the learner's own. Programs and objects
# are built to build/, mirroring the path of their source.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# --- What can be chosen ----------------------------------------------------------------

# `make reset` wants to be told; everything else begins with stage 1.
STAGE_WAS_CHOSEN := $(if $(filter undefined,$(origin STAGE)),0,1)
STAGE  ?= 1
IMPL   ?= learner
LEVEL  ?= green
N      ?= 1
RUNS   ?= 100
SECONDS ?= 60
BUILD  ?= debug
SAN    ?= 1
WERROR ?= 0
LTO    ?= 0
BUILD_DIR ?= build
ifneq ($(filter-out build build/%,$(BUILD_DIR)),)
$(error BUILD_DIR=$(BUILD_DIR): it must be build or a folder below it)
endif
ifneq ($(filter-out debug release,$(BUILD)),)
$(error BUILD=$(BUILD): it can be debug or release)
endif
ifneq ($(filter-out 0 1,$(SAN) $(WERROR) $(LTO)),)
$(error SAN, WERROR and LTO can be 0 or 1)
endif
ifeq ($(origin CC),default)
CC := cc
endif

export STAGE STAGE_WAS_CHOSEN IMPL LEVEL GAP N RUNS SECONDS TAKE MINE JUNIT BUILD SAN WERROR BUILD_DIR CC

# --- Stages, programs, and the modules each one uses -------------------------------------

STAGES := stage1_event_loop stage2_http_client stage3_server stage4_background_tasks

PROGRAMS := \
    stage1_event_loop/sleep_gather \
    stage1_event_loop/future_demo \
    stage1_event_loop/heavy_work \
    stage1_event_loop/gather_lab \
    stage1_event_loop/future_lab \
    stage2_http_client/fetch_sites \
    stage2_http_client/convert \
    stage2_http_client/order_items \
    stage2_http_client/curl_lab \
    stage2_http_client/client_lab \
    stage2_http_client/retry_lab \
    stage3_server/joke_server \
    stage3_server/currency_server \
    stage3_server/orders_server \
    stage3_server/visitors \
    stage3_server/server_lab \
    stage4_background_tasks/background_lab \
    stage4_background_tasks/event_lab \
    stage4_background_tasks/command_lab \
    stage4_background_tasks/dial_now \
    stage4_background_tasks/currency_pool \
    stage4_background_tasks/currency_blocking \
    stage4_background_tasks/form_lab \
    stage4_background_tasks/queue_lab \
    stage4_background_tasks/scheduler_lab \
    stage4_background_tasks/dial_a_joke

# For `make bench`: always made of the reference. Some need Linux's epoll.
BENCH_PROGRAMS := $(addprefix harness/bench/,gather_timers client_fetch measure timed_queue \
    $(if $(filter Linux,$(shell uname -s)),delay_server epoll_fetch epoll_server \
    hello_server pipelined_load))

# For the harness's own tests, which ask what lib/ has, and for `make fuzz`. Fuzzers need clang's -fsanitize=fuzzer.
HARNESS_PROGRAMS := $(addprefix harness/labs/,text_lab heap_lab time_lab id_set_lab pause_lab) harness/fuzz/parse_requests
FUZZERS := harness/fuzz/fuzz_request_parser

# Those that parse requests.
WITH_LLHTTP := parse_requests fuzz_request_parser server_lab \
               joke_server currency_server orders_server hello_server \
               currency_pool currency_blocking dial_a_joke dial_now

USES_gather_timers := stage1_event_loop/gather
USES_sleep_gather := stage1_event_loop/gather
USES_heavy_work   := stage1_event_loop/gather
USES_gather_lab   := stage1_event_loop/gather
USES_future_demo  := stage1_event_loop/future
USES_future_lab   := stage1_event_loop/future

HTTP_CLIENT := $(addprefix stage2_http_client/,http_client http_transfer http_setup curl_loop)
USES_fetch_sites := $(HTTP_CLIENT) stage2_http_client/fetch_options stage1_event_loop/gather
USES_convert     := $(HTTP_CLIENT) stage2_http_client/currency
USES_order_items := $(HTTP_CLIENT) $(addprefix stage2_http_client/,orders order_query order_json http_retry) \
                    stage1_event_loop/gather
USES_curl_lab    := stage2_http_client/curl_loop
USES_client_lab  := $(HTTP_CLIENT)
USES_retry_lab   := $(HTTP_CLIENT) stage2_http_client/http_retry
USES_client_fetch := $(HTTP_CLIENT)

HTTP_SERVER := $(addprefix stage3_server/,http_server http_connection http_router http_answer http_write \
                 http_defaults http_exchange http_files http_lifetime http_path http_request \
                 http_stream http_text http_upgrade)
SERVER_PROGRAM := $(HTTP_SERVER) stage3_server/server_program $(HTTP_CLIENT)
USES_visitors := $(HTTP_CLIENT)
USES_server_lab      := $(HTTP_SERVER) stage3_server/lab_more
USES_joke_server     := $(SERVER_PROGRAM) $(addprefix stage3_server/,joke_source joke_page)
USES_currency_server := $(SERVER_PROGRAM) stage2_http_client/currency
USES_orders_server   := $(SERVER_PROGRAM) stage3_server/orders_openapi stage1_event_loop/gather \
                        $(addprefix stage2_http_client/,orders order_query order_json http_retry)
USES_queue_lab   := stage4_background_tasks/timed_queue
USES_timed_queue := stage4_background_tasks/timed_queue
CALL_SCHEDULER := $(addprefix stage4_background_tasks/,call_scheduler call_claiming call_saving call_table call_store \
                    memory_store sqlite_store sqlite_file timed_queue)
USES_scheduler_lab := $(CALL_SCHEDULER)
USES_hello_server := $(HTTP_SERVER)

BACKGROUND := $(addprefix stage4_background_tasks/,background background_work)
CURRENCY_EASY := stage4_background_tasks/currency_easy stage2_http_client/currency $(SERVER_PROGRAM)
USES_background_lab    := $(BACKGROUND)
USES_currency_pool     := $(BACKGROUND) $(CURRENCY_EASY)
USES_currency_blocking := $(CURRENCY_EASY)
CALL_CONTROL := $(addprefix stage4_background_tasks/,webhook call_control call_event call_command \
                  call_answer call_dial call_job call_parts) stage3_server/joke_source stage2_http_client/http_retry
USES_command_lab := $(HTTP_CLIENT) stage2_http_client/http_retry \
                    $(addprefix stage4_background_tasks/,call_command call_answer)
USES_event_lab := stage4_background_tasks/call_event
USES_dial_now  := $(CALL_CONTROL) $(BACKGROUND) stage4_background_tasks/dial_options $(HTTP_SERVER) \
                  $(HTTP_CLIENT)

USES_form_lab    := stage4_background_tasks/call_form
USES_dial_a_joke := $(SERVER_PROGRAM) $(BACKGROUND) $(CALL_CONTROL) $(CALL_SCHEDULER) \
                    $(addprefix stage4_background_tasks/,joke_app calls_page call_form app_config)

USES_parse_requests      := harness/fuzz/request_text
USES_fuzz_request_parser := harness/fuzz/request_text

# As long as a module has a gap that is not written, another one with the same contract, given
# and finished, stands in for it. Not in the programs that judge the module itself (or, of
# several with a stand-in, only some: program:module).
STAND_IN_stage2_http_client/curl_loop := stage2_http_client/curl_polling
STAND_IN_stage4_background_tasks/timed_queue := stage4_background_tasks/timed_queue_polling
STAND_IN_stage4_background_tasks/sqlite_store := stage4_background_tasks/sqlite_unsaved
NO_STAND_IN := curl_lab queue_lab scheduler_lab:sqlite_store

# The number of a stage, for MINE.
number_of = $(patsubst stage%,%,$(firstword $(subst _, ,$(1))))
ifneq ($(filter-out all $(foreach s,$(STAGES),$(call number_of,$(s))),$(MINE)),)
$(error MINE=$(MINE): it can be all, or numbers of stages)
endif

# --- Flags -------------------------------------------------------------------------------

PACKAGES := libuv libcurl jansson libcrypto sqlite3
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

# llhttp comes as a library, or (Debian 12, Ubuntu: node-llhttp) as C sources. Without it
# only the programs that parse requests cannot be built.
LLHTTP_FOLDER  := /usr/share
LLHTTP_LIBS    := $(shell pkg-config --libs libllhttp 2>/dev/null)
LLHTTP_SOURCES := $(if $(LLHTTP_LIBS),,$(wildcard $(LLHTTP_FOLDER)/llhttp/*.c))
LLHTTP_CFLAGS  := $(if $(LLHTTP_LIBS),$(shell pkg-config --cflags libllhttp),\
    $(if $(LLHTTP_SOURCES),-DLLHTTP_STRICT_MODE=1 -I$(LLHTTP_FOLDER)/include/llhttp))
LLHTTP_FOUND   := $(if $(LLHTTP_LIBS)$(LLHTTP_SOURCES),yes)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wcast-align
# These are always mistakes: a program that has them would only be judged by luck.
WARNINGS += -Werror=return-type -Werror=int-conversion \
            -Werror=incompatible-pointer-types -Werror=implicit-function-declaration
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif

, := ,
ifeq ($(BUILD),release)
# With LTO=1 calls from file to file are optimized, too, if it is gcc: that takes longer to link.
OPTIMIZE := -O2 -g $(if $(filter 1,$(LTO)),$(if $(findstring clang,$(shell $(CC) --version)),,\
    -flto=auto -ffat-lto-objects))
SANITIZE :=
else
# The frame pointer is for the sanitizers: their stack traces follow it.
OPTIMIZE := -O1 -g -fno-omit-frame-pointer -fno-optimize-sibling-calls
SANITIZE := $(if $(filter 1,$(SAN)),-fsanitize=address$(,)undefined -fno-sanitize-recover=all)
endif

# Every file may contain an unfilled gap, so every file knows TODO().
CFLAGS_ALL = -std=c11 -D_POSIX_C_SOURCE=200809L -I. -include lib/todo.h $(WARNINGS) \
             $(OPTIMIZE) $(SANITIZE) $(PACKAGE_CFLAGS) $(LLHTTP_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(SANITIZE) $(filter -O% -flto%,$(OPTIMIZE)) $(LDFLAGS)
# A program is linked with those libraries only that it uses: it starts the sooner.
AS_NEEDED := $(if $(filter Darwin,$(shell uname -s)),,-Wl$(,)--as-needed)
LIBS = $(AS_NEEDED) $(PACKAGE_LIBS) $(LLHTTP_LIBS) -lm $(if $(SANITIZE),-ldl)

# --- Building ----------------------------------------------------------------------------

# $(call stage_of,stage1_event_loop/gather) is stage1_event_loop.
stage_of = $(firstword $(subst /, ,$(1)))

is_mine = $(filter all $(call number_of,$(call stage_of,$(1))),$(MINE))

# The source of a file without its ending, in the first of some roots that has it; what
# stands in none of them is given, or the learner's: it is in the stage's own folder.
source_in = $(firstword $(wildcard $(addsuffix /$(1).c,$(2))) $(1).c)

# The sources of modules with a stand-in in which a gap is not written.
WITH_STAND_IN := $(patsubst STAND_IN_%,%,$(filter STAND_IN_%,$(.VARIABLES)))
NOT_WRITTEN := TODO("
UNWRITTEN := $(shell grep -lsF '$(NOT_WRITTEN)' /dev/null $(foreach m,$(WITH_STAND_IN),\
    $(m).c $(addsuffix /$(m).c,solutions $(OVERLAY))))

# The source of module $(2) for program $(1), in the first of the roots $(3) that has it.
module_in = $(foreach source,$(call source_in,$(2),$(3)),$(if \
    $(and $(filter $(source),$(UNWRITTEN)),$(if $(filter $(NO_STAND_IN),$(notdir $(1)) \
    $(notdir $(1)):$(notdir $(2))),,yes)),\
    $(STAND_IN_$(2)).c,$(source)))

# Which sources make program $(1): for the learner, for the reference, and for the reference
# with the files of the folder OVERLAY laid over it (that is how `make prove` builds).
learner_sources = $(1).c $(foreach m,$(USES_$(notdir $(1))),$(call module_in,$(1),$(m),\
    $(if $(filter $(call stage_of,$(1)),$(call stage_of,$(m)))$(call is_mine,$(m)),,solutions)))
solution_sources = $(foreach m,$(1) $(USES_$(notdir $(1))),\
    $(call module_in,$(1),$(m),solutions))
overlay_sources = $(foreach m,$(1) $(USES_$(notdir $(1))),\
    $(call module_in,$(1),$(m),$(OVERLAY) solutions))

# The object of a source: under the build folder, unless the source is there itself.
object_of = $(patsubst %.c,%.o,$(patsubst $(BUILD_DIR)/$(BUILD_DIR)/%,$(BUILD_DIR)/%,\
    $(addprefix $(BUILD_DIR)/,$(1))))

# The guard stands in front of libuv's own functions, so it is linked whole, not from lib.a.
GUARD := $(if $(SANITIZE),$(call object_of,lib/handle_guard.c))
# Its programs share these with others, which do without.
BELOW_LLHTTP := stage1% stage2% solutions/stage1% solutions/stage2%
NOT_IN_LIB := lib/handle_guard.c $(if $(LLHTTP_FOUND),,lib/request_parser.c)
LIB_OBJECTS := $(call object_of,$(filter-out $(NOT_IN_LIB),$(sort $(wildcard lib/*.c))))
# What a program that parses requests is linked with besides.
LLHTTP := $(if $(LLHTTP_SOURCES),$(BUILD_DIR)/llhttp.a,$(if $(LLHTTP_LIBS),,no-llhttp))
LLHTTP_OBJECTS := $(patsubst $(LLHTTP_FOLDER)/%.c,$(BUILD_DIR)/%.o,$(LLHTTP_SOURCES))
LEARNER_PROGRAMS := $(addprefix $(BUILD_DIR)/,$(PROGRAMS))
SOLUTION_PROGRAMS := $(addprefix $(BUILD_DIR)/solutions/,$(PROGRAMS))
OVERLAY_PROGRAMS := $(if $(OVERLAY),$(addprefix $(OVERLAY)/,$(PROGRAMS)))

llhttp_for = $(if $(filter $(WITH_LLHTTP),$(notdir $(1))),$(LLHTTP))

# Beside each program stands what it is made of: when that changes (a stand-in comes or goes,
# or MINE is another), it is linked anew, although no source is newer.
# $(call link_rule,PROGRAM FILE,SOURCES)
define link_rule
$(1): $(call object_of,$(2)) $(GUARD) $(BUILD_DIR)/lib.a $(call llhttp_for,$(1)) $(1).sources Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o %.a,$$^) $$(LIBS)
$(1).sources: FORCE
	@mkdir -p $$(@D)
	@echo '$(strip $(2))' | cmp -s - $$@ || echo '$(strip $(2))' > $$@
OBJECTS += $(call object_of,$(2))
$(if $(filter no-llhttp,$(call llhttp_for,$(1))),$(call object_of,$(filter-out $(BELOW_LLHTTP),$(2))): | no-llhttp)
endef

$(foreach p,$(PROGRAMS),$(eval \
    $(call link_rule,$(BUILD_DIR)/$(p),$(call learner_sources,$(p)))))
$(foreach p,$(PROGRAMS),$(eval \
    $(call link_rule,$(BUILD_DIR)/solutions/$(p),$(call solution_sources,$(p)))))
$(foreach p,$(BENCH_PROGRAMS) $(HARNESS_PROGRAMS) $(FUZZERS),$(eval \
    $(call link_rule,$(BUILD_DIR)/$(p),$(call solution_sources,$(p)))))
$(if $(OVERLAY),$(foreach p,$(PROGRAMS),$(eval \
    $(call link_rule,$(OVERLAY)/$(p),$(call overlay_sources,$(p))))))

# It starts the other one.
$(foreach f,$(BUILD_DIR)/ $(BUILD_DIR)/solutions/ $(addsuffix /,$(OVERLAY)),$(eval \
    $(f)stage3_server/visitors: | $(f)stage3_server/orders_server))

# An object is as old as the beginning of its compilation: whoever saves the source while it
# is being compiled has it compiled again. What the compiler said is kept beside the object.
# $(call compile,MORE FLAGS)
compile = touch $@.begun; \
    $(CC) $(CFLAGS_ALL) $(1) -MMD -MP -c -o $@ $< 2> $@.log; status=$$?; cat $@.log >&2; \
    test $$status -ne 0 || touch -r $@.begun $@; exit $$status

$(BUILD_DIR)/%.o: %.c $(BUILD_DIR)/flags
	@mkdir -p $(@D)
	@echo $(CC) -c $<
	@$(call compile)

# A file of an overlay is reported under the name of the file that it stands for.
ifneq ($(OVERLAY),)
$(OVERLAY)/%.o: $(OVERLAY)/%.c $(BUILD_DIR)/flags
	@$(call compile,-ffile-prefix-map=$(OVERLAY)/=)
endif

$(BUILD_DIR)/lib.a: $(LIB_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

# Not ours, so without our warnings.
$(BUILD_DIR)/llhttp/%.o: $(LLHTTP_FOLDER)/llhttp/%.c $(BUILD_DIR)/flags
	@mkdir -p $(@D)
	@echo $(CC) -c $<
	@$(CC) -std=c11 $(OPTIMIZE) $(SANITIZE) $(LLHTTP_CFLAGS) $(CFLAGS) -w -c -o $@ $<

$(BUILD_DIR)/llhttp.a: $(LLHTTP_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

no-llhttp:
	@echo "llhttp is not installed: setup/confirm_environment tells how to get it" >&2; exit 1

# Changes when the compiler or a flag does, and then everything is built anew.
HOW = $(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LIBS)
$(BUILD_DIR)/flags: FORCE
	@$(if $(PACKAGE_LIBS),,echo "a library is not installed: setup/confirm_environment tells which, and how" >&2; exit 1)
	@mkdir -p $(@D)
	@echo '$(HOW)' | cmp -s - $@ || echo '$(HOW)' > $@

-include $(patsubst %.o,%.d,$(sort $(OBJECTS)) $(LIB_OBJECTS) $(GUARD))

FORCE:

# `make programs` for everything; the harness asks for the programs of one stage.
.PHONY: FORCE no-llhttp programs learner-programs solution-programs overlay-programs bench-programs \
        harness-programs fuzzers
programs: learner-programs solution-programs
learner-programs: $(LEARNER_PROGRAMS)
solution-programs: $(if $(wildcard solutions),$(SOLUTION_PROGRAMS))
overlay-programs: $(OVERLAY_PROGRAMS)
bench-programs: $(addprefix $(BUILD_DIR)/,$(BENCH_PROGRAMS))
harness-programs: $(addprefix $(BUILD_DIR)/,$(HARNESS_PROGRAMS))
fuzzers: $(addprefix $(BUILD_DIR)/,$(FUZZERS))

# For the harness: `make print-PROGRAMS`.
print-%:
	@echo $($*)

# --- Commands ----------------------------------------------------------------------------

# The Python that has pytest; looked for when a command first needs it.
PYTHON_FOUND = $(eval PYTHON_FOUND := $(shell setup/find_python))$(PYTHON_FOUND)
HARNESS = @$(if $(PYTHON_FOUND),$(PYTHON_FOUND),exit 1;) -m harness

STAGE_COMMANDS := $(foreach s,$(STAGES),stage$(call number_of,$(s)))

.PHONY: help demo check run-demo run-check $(STAGE_COMMANDS) watch progress hint reveal diff reset timeline \
        prove flake fuzz bench compare world format lint clean environment compile_commands.json

help:
	@sed -n 's/^#> \{0,1\}//p' Makefile

#> Learn:
#>   make demo                  see the main job run, played by the reference: a telephone rings
#>                              (it stays until Ctrl-C; ONCE=1: it ends after one call)
#>   make stage1                build and judge your stage 1, or stage2 and so on
#>                              (LEVEL=orange|red, GAP=1.2)
#>   make watch STAGE=1         the same on every save; q ends it
#>   make progress              the whole map: what is done, what comes next
#>   make hint GAP=1.2          the first hint for a gap      (N=2, N=3: the next ones)
#>   make reveal GAP=1.2        the reference for a gap       (TAKE=1 puts it into your file)
#>   make diff STAGE=1          your files beside the reference
#>   make reset GAP=1.2         a gap, or STAGE=1 all of them, back to the skeleton; your file
#>                              is kept beside it
#>   make timeline STAGE=1      run the stage's demos and draw what overlapped
#>   make compare               three servers with the same work: on the loop, with threads, and
#>                              blocking; draws what more and more clients get (needs wrk)
#>   make world                 the outside world, for a class without internet (PORT=9100)
#>
#> Teach and maintain:
#>   make stage1 IMPL=solutions judge the reference instead
#>   make check                 everything: the proof that the whole repository holds
#>   make prove                 every gap blanked, every wrong answer: is each one caught?
#>                              (STAGE=2: that one alone)
#>   make flake RUNS=100        the tests again and again, in parallel, under load (STAGE=2: its own)
#>   make fuzz SECONDS=60       bytes that nobody thought of, for the parser of requests
#>   make bench                 timed figures, side by side (STAGE=2: that stage's alone)
#>   make format                clang-format every C file
#>   make lint                  formatting, shell scripts, drift, line counts
#>   make compile_commands.json for clangd and other editors' helpers
#>   make clean                 remove what was built; your files stay as they are
#>
#> Anywhere it makes sense: MINE=all (your own earlier stages, not the reference),
#> WORKSHOP_TIMEOUT_SCALE=3 (a slow machine), JUNIT=file, CC=clang, SAN=0, BUILD=release

environment:
	@setup/confirm_environment --quiet --install

# A second make, because the first one looked for the libraries before they were installed.
demo check: environment
	@$(MAKE) run-$@

run-demo run-check: run-%:
	$(HARNESS) $*

$(STAGE_COMMANDS): stage%:
	$(HARNESS) stage $*

watch progress hint reveal diff reset timeline prove flake fuzz bench compare world lint format:
	$(HARNESS) $@

compile_commands.json:
	$(HARNESS) compile-commands

clean:
	rm -rf build
