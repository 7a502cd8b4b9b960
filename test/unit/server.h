/* An HTTP server on 127.0.0.1 for tests: a child process that answers one
 * request after another with what a function of the test says. */
#ifndef TEST_UNIT_SERVER_H
#define TEST_UNIT_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

struct server_request {
	int number;			/* the how-manieth, from 0 */
	struct str head, path, body;
};
struct server_reply {
	int status;
	const char *type, *header;	/* one more header line, or NULL */
	struct str body;
	bool drop;			/* close without a word */
	unsigned sleep_ms;		/* before it answers */
};
typedef void server_answer(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out);

struct server {
	pid_t pid;
	char url[64];			/* http://127.0.0.1:PORT */
};

/* The whole request: its head, and as many bytes as Content-Length says. */
static bool server_read(int fd, struct buf *in, struct server_request *r)
{
	char piece[4096];
	size_t head, at, want = 0;
	ssize_t n;

	for (;;) {
		head = str_find(buf_str(in), STR("\r\n\r\n"), 0);
		if (head < in->n) {
			r->head = (struct str){ in->p, head };
			at = str_find(r->head, STR("Content-Length: "), 0);
			want = at < head ? strtoul(in->p + at + 16, NULL, 10) : 0;
			if (in->n >= head + 4 + want)
				break;
		}
		n = read(fd, piece, sizeof(piece));
		if (n <= 0)
			return false;
		buf_add(in, (struct str){ piece, (size_t)n });
	}
	r->body = (struct str){ in->p + head + 4, want };
	at = str_find(r->head, STR(" "), 0) + 1;
	r->path = (struct str){ in->p + at, str_find(r->head, STR(" "), at) - at };
	return true;
}

static void server_write(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		s = str_from(s, (size_t)n);
	}
}

static void server_one(int fd, int number, server_answer *answer, void *ctx)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO in = buf_new(1 << 20);
	struct server_request r = { .number = number };
	struct server_reply out = { .status = 200, .type = "text/plain", .body = STR("") };

	if (!server_read(fd, &in, &r))
		return;
	answer(ctx, a, &r, &out);
	if (out.sleep_ms)
		usleep(out.sleep_ms * 1000);
	if (out.drop)
		return;
	server_write(fd, arena_printf(a, "HTTP/1.1 %d Said\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s"
				      "Connection: close\r\n\r\n", out.status, out.type, out.body.n,
				      out.header ? out.header : "", out.header ? "\r\n" : ""));
	server_write(fd, out.body);
}

static void server_start(struct server *s, server_answer *answer, void *ctx)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(listener >= 0 && bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0);
	assert_true(listen(listener, 16) == 0 && getsockname(listener, (struct sockaddr *)&at, &n) == 0);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", ntohs(at.sin_port));
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int number = 0;; number++) {
			int fd = accept(listener, NULL, NULL);

			if (fd < 0)
				_exit(1);
			server_one(fd, number, answer, ctx);
			close(fd);
		}
	}
	close(listener);
}

static void server_stop(struct server *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	s->pid = 0;
}
#define SERVER_AUTO __attribute__((cleanup(server_stop))) struct server

#endif
