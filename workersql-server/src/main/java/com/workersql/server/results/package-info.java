/** Answers of reads that are kept for a while, where the policies of their tables allow it. */
package com.workersql.server.results;
