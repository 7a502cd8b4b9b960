#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ULL << 1)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/* The newest form; an older kernel takes it while what it lacks is zero. */
struct ruleset {
	uint64_t files, net, scoped;
};

/* Present only in a build that carries the tool. */
void __asan_init(void) __attribute__((weak));
void __gcov_exit(void) __attribute__((weak));
void __lsan_do_leak_check(void) __attribute__((weak));

enum { ANY = -1, READER = 0 };

/* A system call and what one argument must be: (argument & mask) == value. */
struct rule {
	unsigned group;
	int argument;		/* ANY: no condition */
	const char *call;
	uint64_t mask, value;
};

enum { NO_WRITE = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND };

static const struct rule rules[] = {
	{ READER, 2, "mmap", PROT_EXEC, 0 },
	{ READER, 2, "mprotect", PROT_EXEC, 0 },
	{ READER, 3, "newfstatat", AT_EMPTY_PATH, AT_EMPTY_PATH },
	{ READER, 2, "prlimit64", UINT64_MAX, 0 },
	{ READER, 1, "fcntl", UINT64_MAX, F_GETFL },
	{ READER, 1, "fcntl", UINT64_MAX, F_GETFD },
	{ READER, 2, "tgkill", UINT64_MAX, 6 },	/* SIGABRT: an assertion */
	{ SANDBOX_READ_FILES, 1, "open", NO_WRITE, O_RDONLY },
	{ SANDBOX_READ_FILES, 2, "openat", NO_WRITE, O_RDONLY },
	{ SANDBOX_THREADS, 0, "clone", CLONE_THREAD | CLONE_NEWUSER, CLONE_THREAD },
	{ SANDBOX_CHILDREN, 0, "clone", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, 0 },
};

struct group {
	unsigned group;
	const char *const *calls;
};

static const char *const reader_calls[] = {
	"read", "readv", "pread64", "write", "writev", "lseek", "fstat", "close", "munmap",
	"mremap", "brk", "madvise", "exit", "exit_group", "futex", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "time", "getrandom", "rt_sigaction",
	"rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "sigaltstack", "restart_syscall",
	"poll", "ppoll", "getpid", "gettid", "getuid", "geteuid", "sched_yield", "sched_getaffinity",
	"getcpu", "sysinfo", "getrusage", "times", "rseq", "set_robust_list", "membarrier", NULL
};
static const char *const read_calls[] = {
	"stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "getdents", "getdents64", "getcwd", "chdir", "fchdir", "fcntl", "statfs",
	"fstatfs", "flock", "fadvise64", "dup", "dup2", "dup3", "pipe", "pipe2", NULL
};
static const char *const write_calls[] = {
	"open", "openat", "creat", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate",
	"truncate", "fallocate", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir",
	"mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat", "fchmod", "fchmodat", "chmod",
	"fchown", "umask", "utimensat", "copy_file_range", "sendfile", "fcntl", "memfd_create", NULL
};
static const char *const network_calls[] = {
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "recvfrom",
	"sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "shutdown", "getsockname", "getpeername",
	"setsockopt", "getsockopt", "select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "eventfd2", "timerfd_create", "timerfd_settime", "fcntl", "uname", "ioctl",
	NULL
};
static const char *const child_calls[] = {
	"fork", "vfork", "execve", "wait4", "waitid", "kill", "tgkill", "setpgid", "setsid", "getppid",
	"prctl", "close_range", "prlimit64", "setrlimit", "pipe", "pipe2", "dup", "dup2", "dup3",
	"fcntl", "arch_prctl", "set_tid_address", "getpgrp", "getgid", "getegid", "uname",
	"memfd_create", NULL
};
static const char *const code_calls[] = { "mmap", "mprotect", "pkey_mprotect", NULL };
static const char *const cover_calls[] = {
	"open", "openat", "fcntl", "ftruncate", "mkdir", "newfstatat", "stat", "access", "getcwd",
	"getppid", NULL
};

static const struct group groups[] = {
	{ READER, reader_calls },
	{ SANDBOX_READ_FILES, read_calls },
	{ SANDBOX_WRITE_FILES, write_calls },
	{ SANDBOX_NETWORK, network_calls },
	{ SANDBOX_CHILDREN, child_calls },
	{ SANDBOX_CODE, code_calls },
};

bool sandbox_sanitized(void)
{
	return __asan_init != NULL;
}

/* Allows a call by name; one this machine does not know needs no rule. A
 * rule that repeats an allowed call is no failure. */
static err call_rule(scmp_filter_ctx ctx, uint32_t action, const struct rule *r)
{
	struct scmp_arg_cmp cmp = {
		.arg = (unsigned)(r->argument == ANY ? 0 : r->argument),
		.op = SCMP_CMP_MASKED_EQ, .datum_a = r->mask, .datum_b = r->value,
	};
	int nr = seccomp_syscall_resolve_name(r->call);
	int e;

	if (nr < 0)
		return NULL;
	e = seccomp_rule_add_array(ctx, action, nr, r->argument == ANY ? 0 : 1, &cmp);
	if (e && e != -EEXIST)
		return fail(ERR_FAILED, "cannot add %s to the seccomp filter: %s", r->call,
			    strerror(-e));
	return NULL;
}

static err calls_allow(scmp_filter_ctx ctx, const char *const *calls)
{
	for (; *calls; calls++) {
		struct rule r = { .call = *calls, .argument = ANY };

		TRY(call_rule(ctx, SCMP_ACT_ALLOW, &r));
	}
	return NULL;
}

static err filter_fill(scmp_filter_ctx ctx, unsigned allow)
{
	/* The standard library asks and lives with these answers. */
	const struct rule no_terminal = { .call = "ioctl", .argument = ANY };
	const struct rule no_clone3 = { .call = "clone3", .argument = ANY };

	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if ((groups[i].group & allow) == groups[i].group)
			TRY(calls_allow(ctx, groups[i].calls));
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if ((rules[i].group & allow) == rules[i].group)
			TRY(call_rule(ctx, SCMP_ACT_ALLOW, &rules[i]));
	if (__gcov_exit)
		TRY(calls_allow(ctx, cover_calls));
	if (allow & (SANDBOX_THREADS | SANDBOX_CHILDREN))
		TRY(call_rule(ctx, SCMP_ACT_ERRNO(ENOSYS), &no_clone3));
	if (!(allow & SANDBOX_NETWORK))
		TRY(call_rule(ctx, SCMP_ACT_ERRNO(ENOTTY), &no_terminal));
	return NULL;
}

static void filter_release(scmp_filter_ctx *ctx)
{
	seccomp_release(*ctx);
}

static err calls_limit(unsigned allow)
{
	__attribute__((cleanup(filter_release))) scmp_filter_ctx ctx =
		seccomp_init(SCMP_ACT_KILL_PROCESS);
	int e;

	if (!ctx)
		return fail(ERR_FAILED, "cannot make a seccomp filter");
	TRY(filter_fill(ctx, allow));
	e = seccomp_load(ctx);
	if (e)
		return fail(ERR_FAILED, "cannot load the seccomp filter: %s", strerror(-e));
	return NULL;
}

/* Every right over files the kernel's interface of this version knows. */
static uint64_t rights_of(int version)
{
	uint64_t rights = LANDLOCK_ACCESS_FS_REFER - 1;

	if (version >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (version >= 5)
		rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return rights;
}

static err path_allow(int ruleset, const char *path, uint64_t rights)
{
	const uint64_t of_a_file = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
				   LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
				   LANDLOCK_ACCESS_FS_IOCTL_DEV;
	FD_AUTO fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr under = { .allowed_access = rights, .parent_fd = fd };
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &st))
		return fail_errno("cannot examine %s", path);
	if (!S_ISDIR(st.st_mode))
		under.allowed_access &= of_a_file;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &under, 0))
		return fail_errno("cannot allow %s", path);
	return NULL;
}

static err paths_allow(int ruleset, const char *const *paths, uint64_t rights)
{
	for (; paths && *paths; paths++)
		TRY(path_allow(ruleset, *paths, rights));
	return NULL;
}

static struct ruleset ruleset_of(const struct sandbox_spec *spec, int version)
{
	struct ruleset r = { .files = rights_of(version) };

	if (version >= 4 && !(spec->allow & SANDBOX_NETWORK))
		r.net = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
	if (version >= 6 && !(spec->allow & SANDBOX_NETWORK))
		r.scoped |= LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
	if (version >= 6 && !(spec->allow & SANDBOX_CHILDREN))
		r.scoped |= LANDLOCK_SCOPE_SIGNAL;
	return r;
}

/* A kernel without Landlock is no failure: the layers say so. */
static err files_limit(const struct sandbox_spec *spec, struct sandbox_layers *layers)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	FD_AUTO fd = -1;
	struct ruleset r;

	if (version < 1 || __gcov_exit)
		return NULL;
	if (spec->allow & SANDBOX_CHILDREN)
		reading |= LANDLOCK_ACCESS_FS_EXECUTE;
	r = ruleset_of(spec, (int)version);
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, sizeof(r), 0);
	if (fd < 0)
		return fail_errno("cannot make a Landlock rule set");
	TRY(paths_allow(fd, spec->read_paths, reading));
	TRY(paths_allow(fd, spec->write_paths, r.files & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE));
	if (syscall(SYS_landlock_restrict_self, fd, 0))
		return fail_errno("cannot enter the Landlock rule set");
	layers->landlock = (int)version;
	layers->tcp = r.net != 0;
	return NULL;
}

static err limit(int what, const char *name, rlim_t value)
{
	struct rlimit r = { .rlim_cur = value, .rlim_max = value };

	if (setrlimit((__rlimit_resource_t)what, &r))
		return fail_errno("cannot limit %s", name);
	return NULL;
}

static err limits_set(const struct sandbox_spec *spec)
{
	TRY(limit(RLIMIT_CORE, "core files", 0));
	if (spec->memory_mb && !sandbox_sanitized())
		TRY(limit(RLIMIT_AS, "memory", (rlim_t)spec->memory_mb << 20));
	if (spec->cpu_seconds)
		TRY(limit(RLIMIT_CPU, "processor time", spec->cpu_seconds));
	return NULL;
}

err sandbox_enter(const struct sandbox_spec *spec, struct sandbox_layers *layers)
{
	struct sandbox_layers held = { .instrumented = sandbox_sanitized() || __gcov_exit };

	/* The leak checker runs once; at exit it would start a thread and die. */
	if (__lsan_do_leak_check)
		__lsan_do_leak_check();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail_errno("cannot give up new privileges");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return fail_errno("cannot hide the memory of this process");
	TRY(limits_set(spec));
	TRY(files_limit(spec, &held));
	TRY(calls_limit(spec->allow));
	if (layers)
		*layers = held;
	return NULL;
}

const char *sandbox_sentence(const struct sandbox_layers *layers)
{
	if (layers->tcp)
		return "seccomp, limits and Landlock over files and TCP hold";
	if (layers->landlock)
		return "seccomp, limits and Landlock over files hold";
	return "seccomp and limits hold; this kernel offers no Landlock";
}
