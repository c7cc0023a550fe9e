// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

/** The values of a prepared statement's placeholders, in the order of the placeholders. */
public interface Parameters {

    /** {@return the number of values} */
    int count();

    /**
     * {@return the value of one placeholder}
     *
     * @param index from 0 to {@link #count()} - 1
     */
    ParameterValue get(int index);
}
