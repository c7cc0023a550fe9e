// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** A document that cannot be used. The message holds one line for each fault. */
public final class DocumentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * Makes an exception of all faults that were found.
     *
     * @param problems at least one fault, in the order of the document
     */
    public DocumentException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All faults, in the order of the document; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
