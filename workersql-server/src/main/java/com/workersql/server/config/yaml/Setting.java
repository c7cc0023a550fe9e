// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config.yaml;

/**
 * A numeric setting: its key, its default and its range in one place, for the reader, the records and the documentation.
 *
 * @param key the key in the document; its last word is the unit
 * @param byDefault the value when the key is absent
 * @param min the smallest value allowed
 * @param max the largest value allowed
 */
public record Setting(String key, long byDefault, long min, long max) {

    /**
     * Checks a value.
     *
     * @return the value
     * @throws IllegalArgumentException naming the key, the value and the range when it lies outside
     */
    public long check(long value) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + " is " + value + "; allowed are " + min + " to " + max);
        }
        return value;
    }
}
