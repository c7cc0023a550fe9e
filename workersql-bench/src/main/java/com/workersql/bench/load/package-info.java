/** What a proxy costs: the gateway under load beside a bare relay of the same bytes, HAProxy, and no proxy at all. */
package com.workersql.bench.load;
