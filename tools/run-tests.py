#!/usr/bin/env python3
"""Runs the test programs of a build, two at a time, each within its time.

    tools/run-tests.py --build build/asan [--jobs N] [--list] [PATTERN...]

One line per program; a program that failed shows what it said and the command
that runs it again. The last line is `N passed, N failed` (`, N skipped` where
some were): cases where a program counts its cases (TAP), programs otherwise.
Started by root, the tests run as `nobody` in a scratch home, because for root
no folder is read-only and PostgreSQL does not start. What a test's source says:
    /* timeout: 300 */       seconds, instead of 120
    /* alone: why */         nothing else runs beside it
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLEAN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TIMEOUT = 120
SHOWN = 60  # lines of a failed program


class Test:
    """One program to run: `name` as in TESTS=name, its source, its command."""

    def __init__(self, name, source, command, program=None, skip=None):
        self.name, self.source, self.command = name, source, command
        self.program, self.skip = program, skip
        with open(source, errors="replace") as f:
            text = f.read()
        said = re.search(r"^(?:/\*|#|//) timeout: (\d+)", text, re.M)
        self.timeout = int(said.group(1)) if said else TIMEOUT
        self.alone = bool(re.search(r"^(?:/\*|#|//) alone: ", text, re.M))
        self.wants_postgres = "CUSTODY_TEST_POSTGRES" in text


class Result:
    def __init__(self, passed=0, failed=0, skipped=0, why="", output=""):
        self.passed, self.failed, self.skipped = passed, failed, skipped
        self.why, self.output = why, output


def quick_folder():
    """Memory where there is enough of it: the tests wait for many an fsync. None is the usual place."""
    try:
        found = os.statvfs("/dev/shm")
    except OSError:
        return None
    roomy = found.f_bavail * found.f_frsize > 2 << 30 and not found.f_flag & getattr(os, "ST_NOEXEC", 8)
    return "/dev/shm" if roomy and os.access("/dev/shm", os.W_OK) else None


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def compiled(build):
    """Unit, fault and fuzz programs: name, source, program, arguments."""
    for source in sorted(glob.glob("test/unit/*.c")):
        yield "unit/" + stem(source), source, f"{build}/test/{stem(source)}", []
    for source in sorted(glob.glob("test/fault/*.c")):
        with open(source, errors="replace") as f:
            if re.search(r"^int main", f.read(), re.M):
                yield "fault/" + stem(source), source, f"{build}/test/fault/{stem(source)}", []
    for source in sorted(glob.glob("test/fuzz/fuzz_*.c")):
        what = stem(source)[len("fuzz_"):]
        corpus = [d for d in (f"test/fuzz/corpus/{what}", f"test/fuzz/seed/{what}") if os.path.isdir(d)]
        yield "fuzz/" + what, source, f"{build}/test/{stem(source)}", corpus


def front_skip():
    for command, what in (("node", "node"), (os.environ.get("CHROMIUM", "chromium"), "chromium")):
        if not shutil.which(command):
            return f"{what} is not installed"
    with open("test/front/package.json") as f:
        if '"dependencies"' not in f.read() or os.path.isdir("test/front/node_modules"):
            return None
    if not shutil.which("npm"):
        return "npm is not installed, and the tests of verify.html need two of its packages"
    done = subprocess.run(["npm", "ci", "--silent"], cwd="test/front", stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180, check=False)
    if done.returncode:
        return "the npm registry cannot be reached (test/front/package.json names what is needed)"
    return None


def discover(build):
    tests = []
    for name, source, program, arguments in compiled(build):
        tests.append(Test(name, source, [program] + arguments, program))
    custody = f"{build}/custody"
    for source in sorted(glob.glob("test/cmd/*.sh")):
        if stem(source) != "lib":
            tests.append(Test("cmd/" + stem(source), source, ["sh", source], custody))
    no_pytest = None
    if subprocess.run(["/usr/bin/python3", "-c", "import pytest"], stderr=subprocess.DEVNULL, check=False).returncode:
        no_pytest = "python3-pytest is not installed"
    for source in sorted(glob.glob("test/cmd/*_test.py")):
        command = ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", source]
        tests.append(Test("cmd/" + stem(source), source, command, custody, no_pytest))
    front = sorted(glob.glob("test/front/*.test.js"))
    skip = front_skip() if front else None
    for source in front:
        tests.append(Test("front/" + stem(source), source, ["node", "--test-reporter=tap", source], None, skip))
    if os.path.exists("tools/with-postgres.sh"):
        again = []
        for test in tests:
            if test.wants_postgres:
                command = ["sh", "tools/with-postgres.sh", "--no-fsync"] + test.command
                again.append(Test(test.name + "+postgres", test.source, command, test.program, test.skip))
        tests = again + tests
    return tests


class Place:
    """Where and as whom the tests run: environment, folder, user."""

    def __init__(self, build):
        self.user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        self.scratch = tempfile.mkdtemp(prefix="custody-check-")
        self.tmp = tempfile.mkdtemp(prefix="custody-check-", dir=quick_folder())
        self.cwd = ROOT
        os.chmod(self.scratch, 0o755)
        os.mkdir(os.path.join(self.scratch, "home"))
        self.give(os.path.join(self.scratch, "home"))
        self.give(self.tmp)
        if self.user and not self.can_read(build):
            self.copy(build)
        self.env = {
            "PATH": CLEAN_PATH if self.user else os.environ.get("PATH", CLEAN_PATH),
            "HOME": os.path.join(self.scratch, "home"),
            "TMPDIR": self.tmp,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "CUSTODY": os.path.join(self.cwd, build, "custody"),
            "BUILD": os.path.join(self.cwd, build),
            "CMOCKA_MESSAGE_OUTPUT": "TAP",
            "ASAN_OPTIONS": "detect_stack_use_after_return=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "NO_COLOR": "1",
        }
        for name in ("CHROMIUM", "CUSTODY_SAMPLES"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def give(self, path):
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def can_read(self, build):
        """Whether the unprivileged user reaches this checkout and can leave coverage counts."""
        if os.path.basename(build) == "cover":
            subprocess.run(["chmod", "-R", "a+rwX", build], check=True)
        paths = ["Makefile", "test/unit", "src", build]
        paths += glob.glob(f"{build}/custody") + glob.glob(f"{build}/test/*")[:1]
        return all(self.as_user(["test", "-r", os.path.join(ROOT, p)]) for p in paths)

    def as_user(self, command):
        return subprocess.run(command, user=self.user.pw_uid, group=self.user.pw_gid, extra_groups=[],
                              cwd="/", check=False).returncode == 0

    def copy(self, build):
        self.cwd = os.path.join(self.scratch, "custody")
        os.mkdir(self.cwd)
        for name in os.listdir(ROOT):
            if name != "build" and not re.fullmatch(r"build-.*|.*-custody", name):
                subprocess.run(["cp", "-a", os.path.join(ROOT, name), self.cwd], check=True)
        os.makedirs(os.path.join(self.cwd, build))
        for name in ("custody", "test"):
            if os.path.exists(os.path.join(ROOT, build, name)):
                subprocess.run(["cp", "-a", os.path.join(ROOT, build, name),
                                os.path.join(self.cwd, build)], check=True)
        subprocess.run(["chown", "-R", f"{self.user.pw_uid}:{self.user.pw_gid}", self.cwd], check=True)
        subprocess.run(["chmod", "-R", "u+rwX", self.cwd], check=True)

    def start(self, test, out, errors):
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return subprocess.Popen(test.command, cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL,
                                stdout=out, stderr=errors, start_new_session=True, umask=0o022, **who)

    def remove(self):
        for folder in (self.scratch, self.tmp):
            subprocess.run(["chmod", "-R", "u+rwX", folder], stderr=subprocess.DEVNULL, check=False)
            shutil.rmtree(folder, ignore_errors=True)


def counts_of(test, text):
    """Passed, failed, skipped cases by what the program printed; None where it does not count."""
    if "pytest" in test.command:
        last = text.strip().rsplit("\n", 1)[-1]
        n = {word: int(k) for k, word in re.findall(r"(\d+) (passed|failed|error|skipped)", last)}
        return n.get("passed", 0), n.get("failed", 0) + n.get("error", 0), n.get("skipped", 0), None
    passed = failed = skipped = 0
    planned = None
    for line in text.splitlines():
        plan = re.match(r"1\.\.(\d+)", line)
        if plan:
            planned = (planned or 0) + int(plan.group(1))
        elif re.match(r"(not )?ok\b.*# *SKIP", line, re.I):
            skipped += 1
        elif line.startswith("ok "):
            passed += 1
        elif line.startswith("not ok "):
            failed += 1
    return passed, failed, skipped, planned


def tail(text):
    lines = text.splitlines()
    # Cases that went well say nothing about the one that did not.
    lines = [line for line in lines if not re.match(r"ok \d|1\.\.\d", line)]
    return "\n".join(lines[-SHOWN:])


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


class Runner:
    def __init__(self, place):
        self.place = place
        self.running = set()
        self.stopped = False
        self.lock = threading.Lock()

    def run(self, test):
        if test.skip:
            return Result(skipped=1, why=test.skip)
        if test.program and not os.access(os.path.join(ROOT, test.program), os.X_OK):
            return Result(failed=1, why=f"{test.program} did not build")
        with tempfile.TemporaryFile("w+", errors="replace") as out, \
             tempfile.TemporaryFile("w+", errors="replace") as errors:
            with self.lock:
                if self.stopped:
                    return Result(skipped=1, why="stopped")
                process = self.place.start(test, out, errors)
                self.running.add(process)
            late = False
            try:
                process.wait(test.timeout)
            except subprocess.TimeoutExpired:
                late = True
                # With time to stop what it started, such as a database server.
                try:
                    os.killpg(process.pid, signal.SIGTERM)
                    process.wait(10)
                except (subprocess.TimeoutExpired, ProcessLookupError):
                    pass
            end_group(process)
            process.wait()
            with self.lock:
                self.running.discard(process)
            out.seek(0)
            errors.seek(0)
            return self.judge(test, process.returncode, out.read(), errors.read(), late)

    @staticmethod
    def judge(test, code, text, errors, late):
        passed, failed, skipped, planned = counts_of(test, text)
        if code == 77 and not failed:
            return Result(skipped=1, why=(text + errors).strip().rsplit("\n", 1)[-1])
        if test.wants_postgres and "tools/with-postgres.sh" not in test.command and not failed + code:
            # The same program runs with a server too; what it leaves out here is asked there.
            return Result(passed, why="its cases need PostgreSQL")
        if planned == 0 and code == 0:
            return Result(skipped=1, why=text.strip().rsplit("#", 1)[-1].strip())
        why = ""
        if late:
            why = f"not done after {test.timeout} s"
        elif code < 0:
            why = f"ended by signal {signal.Signals(-code).name}"
        elif code:
            why = f"exit {code}"
        elif planned is not None and planned != passed + failed + skipped:
            why = f"{planned} cases announced, {passed + failed + skipped} ran"
        elif not passed + failed + skipped:
            why = "it ran no case"
        if why and not failed:
            failed = 1
        output = tail(text) + ("\n" + tail(errors) if errors.strip() else "")
        return Result(passed, failed, skipped, why, output)

    def stop(self):
        with self.lock:
            self.stopped = True
            for process in self.running:
                end_group(process)


class Report:
    def __init__(self, width):
        self.width = width
        self.passed = self.failed = self.skipped = 0
        self.again = []

    def line(self, test, result, seconds):
        self.passed += result.passed
        self.failed += result.failed
        self.skipped += result.skipped
        word = "FAILED" if result.failed else "ok" if result.passed else "skip"
        cases = f"{result.passed} passed" if not result.failed else f"{result.passed} passed, {result.failed} failed"
        if word == "skip":
            cases = result.why
        elif result.skipped:
            cases += f", {result.skipped} skipped"
        print(f"{word:6}  {test.name:{self.width}}  {seconds:5.1f} s  {cases}", flush=True)
        if result.failed:
            for line in (result.output.splitlines() + ([result.why] if result.why else [])):
                print("        " + line)
            print(f"        again: make check TESTS={test.name}", flush=True)
            self.again.append(test.name)

    def total(self):
        if self.again:
            print("failed: " + " ".join(self.again))
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""),
              flush=True)


def run_all(tests, jobs, runner, report):
    def timed(test):
        begin = time.monotonic()
        result = runner.run(test)
        return test, result, time.monotonic() - begin

    together = [t for t in tests if not t.alone]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(timed, t) for t in together]):
            report.line(*done.result())
    for test in tests:
        if test.alone:
            report.line(*timed(test))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/asan")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--list", action="store_true", help="name the sources that would run")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    os.chdir(ROOT)
    build = os.path.relpath(options.build)
    tests = discover(build)
    if options.pattern:
        tests = [t for t in tests if any(fnmatch.fnmatch(t.name, p) or t.name == p + "+postgres"
                                         for p in options.pattern)]
    if options.list:
        print("\n".join(sorted({t.source for t in tests})))
        return 0
    for number in signal.valid_signals():
        # A signal ignored by whoever started this would stay ignored in every test.
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    place = Place(build)
    runner = Runner(place)
    report = Report(max([len(t.name) for t in tests] + [1]))
    try:
        run_all(tests, options.jobs, runner, report)
    except (KeyboardInterrupt, SystemExit):
        runner.stop()
        print("stopped", file=sys.stderr)
        return 130
    finally:
        place.remove()
    report.total()
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
