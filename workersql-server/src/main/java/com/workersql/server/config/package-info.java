/** What a gateway is told: immutable records, their defaults and ranges, and the reader of the YAML document. */
package com.workersql.server.config;
