/** Our codec beside those of others: the same bytes, in the same JVM, compared before they are measured. */
package com.workersql.bench.peer;
