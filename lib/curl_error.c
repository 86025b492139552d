#include "lib/curl_error.h"

#include <uv.h>

int curl_error(CURLcode code, long system_error)
{
    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_COULDNT_CONNECT:
        return system_error != 0 ? uv_translate_sys_error((int)system_error) : UV_EIO;
    case CURLE_SEND_ERROR:
        return UV_ECONNRESET;
    case CURLE_RECV_ERROR: /* also what curl says of a body that is not well encoded */
        return system_error != 0 ? UV_ECONNRESET : UV_EPROTO;
    case CURLE_OPERATION_TIMEDOUT:
        return UV_ETIMEDOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return UV_EAI_NONAME;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return UV_EOF;
    case CURLE_FILESIZE_EXCEEDED:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
        return UV_EFBIG;
    case CURLE_TOO_MANY_REDIRECTS:
        return UV_ELOOP;
    case CURLE_URL_MALFORMAT:
        return UV_EINVAL;
    case CURLE_OUT_OF_MEMORY:
        return UV_ENOMEM;
    case CURLE_UNSUPPORTED_PROTOCOL: /* also what curl says of an answer without a head */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return UV_EPROTO;
    default:
        return UV_EIO;
    }
}
