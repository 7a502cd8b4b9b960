/* libcurl, loaded when the first request is made, so that the program starts and
 * runs without it. Each member is the function of libcurl that its line names. */
#ifndef NET_CURL_H
#define NET_CURL_H

#include <curl/curl.h>

#include "base/base.h"

#define CURL_FUNCTIONS(X)                                                      \
	X(global_init, curl_global_init)                                       \
	X(init, curl_easy_init)                                                \
	X(cleanup, curl_easy_cleanup)                                          \
	X(setopt, curl_easy_setopt)                                            \
	X(perform, curl_easy_perform)                                          \
	X(getinfo, curl_easy_getinfo)                                          \
	X(strerror, curl_easy_strerror)                                        \
	X(list_append, curl_slist_append)                                      \
	X(list_free, curl_slist_free_all)

struct curl {
#define CURL_MEMBER(name, function) __typeof__(function) *name;
	CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Loaded once and kept. ERR_FAILED when it is not installed or too old. */
MUST_USE err curl_load(const struct curl **out);

#endif
