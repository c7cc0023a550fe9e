// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.List;

/** Values of placeholders that a test has in a list. */
record ListedParameters(List<ParameterValue> values) implements Parameters {
    @Override
    public int count() {
        return values.size();
    }

    @Override
    public ParameterValue get(int index) {
        return values.get(index);
    }
}
