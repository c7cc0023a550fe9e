/** YAML documents whose every node knows its line and column; text is never turned into another type by its look. */
package com.workersql.server.config.yaml;
