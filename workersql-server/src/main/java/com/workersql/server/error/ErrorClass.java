// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.error;

/** What kind of failure an error is, as a client may react to it; each class has one HTTP status and one API code. */
public enum ErrorClass {
    /** The text of the statement or of the request is malformed. */
    SYNTAX(400, "INVALID_QUERY"),
    /** The caller is not who it says, or says nothing. */
    AUTHENTICATION(401, "AUTH_ERROR"),
    /** The caller may not do this. */
    PERMISSION(403, "PERMISSION_ERROR"),
    /** There is no such path, or no such transaction of this caller. */
    NOT_FOUND(404, "INVALID_QUERY"),
    /** The path exists, its method does not. */
    METHOD(405, "INVALID_QUERY"),
    /** The caller takes none of the forms that there are of the answer. */
    NOT_ACCEPTABLE(406, "INVALID_QUERY"),
    /** The request did not arrive in time. */
    REQUEST_TIMEOUT(408, "TIMEOUT_ERROR"),
    /** A duplicate key, a deadlock or a lock wait: the same statement may succeed later. */
    CONFLICT(409, "INVALID_QUERY"),
    /** The request is larger than a limit allows. */
    TOO_LARGE(413, "RESOURCE_LIMIT"),
    /** The body is of a type that is not read here. */
    MEDIA_TYPE(415, "INVALID_QUERY"),
    /** The request belongs to another gateway. */
    MISDIRECTED(421, "CONNECTION_ERROR"),
    /** The statement is well formed and the server refuses its meaning. */
    SEMANTIC(422, "INVALID_QUERY"),
    /** The caller is over a limit of its own. */
    QUOTA(429, "RESOURCE_LIMIT"),
    /** A fault of the gateway itself. */
    INTERNAL(500, "INTERNAL_ERROR"),
    /** The statement would need more than the gateway proves right across shards. */
    UNSUPPORTED(501, "INVALID_QUERY"),
    /** The shard died while it worked on the statement. */
    SHARD_DIED(502, "CONNECTION_ERROR"),
    /** No shard, no connection or no capacity right now. */
    UNAVAILABLE(503, "CONNECTION_ERROR"),
    /** A time limit was reached. */
    TIMEOUT(504, "TIMEOUT_ERROR");

    private final int httpStatus;
    private final String code;

    ErrorClass(int httpStatus, String code) {
        this.httpStatus = httpStatus;
        this.code = code;
    }

    /**
     * The HTTP status of this class.
     *
     * @return 400 to 504
     */
    public int httpStatus() {
        return httpStatus;
    }

    /**
     * The {@code code} member of the HTTP and WebSocket bodies.
     *
     * @return for example {@code INVALID_QUERY}
     */
    public String code() {
        return code;
    }

    /**
     * The class of an error that a shard answered.
     *
     * @param errno the server's error number
     * @return never null; {@link #SEMANTIC} for every number without a more fitting class
     */
    public static ErrorClass ofServerErrno(int errno) {
        return switch (errno) {
            case 1064, 1065, 1149 -> SYNTAX;
            case 1045, 1698 -> AUTHENTICATION;
            case 1044, 1142, 1143, 1227, 1290, 1370, 1419, 3948 -> PERMISSION;
            case 1062, 1022, 1169, 1586, 1205, 1213 -> CONFLICT;
            case 1153, 1301 -> TOO_LARGE;
            case 1226, 1461 -> QUOTA;
            case 1235, 1295 -> UNSUPPORTED;
            case 1158, 1159, 1160, 1161 -> SHARD_DIED;
            case 1040, 1053, 1129, 1203, 1429, 1927 -> UNAVAILABLE;
            case 1317, 1969, 3024, 4031 -> TIMEOUT;
            case 1105 -> INTERNAL;
            default -> SEMANTIC;
        };
    }
}
