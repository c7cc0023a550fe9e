// SPDX-License-Identifier: Apache-2.0
/** Circuit breakers for database endpoints: may this endpoint be called now, and what did the last failure mean? */
module com.workersql.breaker {
    requires transitive dev.failsafe.core;

    exports com.workersql.breaker;
    exports com.workersql.breaker.classify;
    exports com.workersql.breaker.endpoint;
    exports com.workersql.breaker.failsafe;
    exports com.workersql.breaker.retry;
}
