// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config.yaml;

/**
 * One fault of a document.
 *
 * @param file the file as it was named to the reader
 * @param line the line, from 1; 0 when the fault is the whole file's
 * @param column the column, from 1; 0 when the fault is the whole file's
 * @param key the full name of the key, such as {@code pool.wait_millis}; empty when the fault has none
 * @param message what was found and what is allowed, without the place
 */
public record Problem(String file, int line, int column, String key, String message) {

    /** The fault as {@code file:line:column: key: message}, leaving out what is not known. */
    @Override
    public String toString() {
        var text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ");
        if (!key.isEmpty()) {
            text.append(key).append(": ");
        }
        return text.append(message).toString();
    }
}
