// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.List;
import java.util.stream.Collectors;

/** A policy document that cannot be used, with everything that is wrong with it. */
public final class PolicyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<PolicyError> errors;

    /**
     * Makes the exception.
     *
     * @param errors the faults, at least one
     */
    public PolicyException(List<PolicyError> errors) {
        super(errors.stream().map(PolicyError::toString).collect(Collectors.joining("; ")));
        this.errors = List.copyOf(errors);
    }

    /** {@return the faults in the order in which they stand in the document} */
    public List<PolicyError> errors() {
        return errors;
    }
}
