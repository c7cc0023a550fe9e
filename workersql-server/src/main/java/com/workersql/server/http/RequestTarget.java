// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

/** What a request's line names (RFC 9112, section 3.2). */
final class RequestTarget {
    private RequestTarget() {}

    /** The path of a target in origin form or absolute form, as it was written. */
    static String path(String target) {
        int start = 0;
        int scheme = target.indexOf("://");
        if (scheme > 0 && target.charAt(0) != '/') {
            int slash = target.indexOf('/', scheme + 3);
            start = slash < 0 ? target.length() : slash;
        }
        int end = target.indexOf('?', start);
        return target.substring(start, end < 0 ? target.length() : end);
    }
}
