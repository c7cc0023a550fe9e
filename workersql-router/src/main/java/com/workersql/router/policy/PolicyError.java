// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/**
 * One fault of a policy document.
 *
 * @param line where it stands, from 1; 0 where the fault is of the document as a whole
 * @param column where it stands, from 1; 0 where the fault is of the document as a whole
 * @param message what was found and what is allowed
 */
public record PolicyError(int line, int column, String message) {
    @Override
    public String toString() {
        return line == 0 ? message : "line " + line + ", column " + column + ": " + message;
    }
}
