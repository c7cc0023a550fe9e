// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Parameters;
import com.workersql.router.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The statement of which a shape was first seen, kept so that another policy can be tried on it. Never shown to anybody. */
record Sample(Statement statement, int weightBytes) {

    private static final int MAX_TEXT_BYTES = 2048;
    private static final int MAX_PARAMETERS = 64;

    /** {@return a sample, or null where the statement is too large to be kept} */
    static Sample of(Statement statement) {
        Parameters given = statement.parameters();
        if (statement.length() > MAX_TEXT_BYTES || (given != null && given.count() > MAX_PARAMETERS)) {
            return null;
        }
        byte[] text =
                Arrays.copyOfRange(statement.bytes(), statement.offset(), statement.offset() + statement.length());
        Parameters kept = given == null ? null : values(given);
        return new Sample(
                new Statement(statement.context(), text, 0, text.length, kept, statement.preferredShard()),
                text.length + (given == null ? 0 : 64 * given.count()));
    }

    private static Parameters values(Parameters given) {
        List<ParameterValue> values = new ArrayList<>();
        for (int i = 0; i < given.count(); i++) {
            ParameterValue value = given.get(i);
            // A long value is no key, and a shape is no place to keep it.
            boolean isLong = (value instanceof ParameterValue.Text text
                            && text.text().length() > MAX_PARAMETERS)
                    || (value instanceof ParameterValue.Binary binary && binary.bytes().length > MAX_PARAMETERS);
            values.add(isLong ? new ParameterValue.Null() : value);
        }
        return new Parameters() {
            @Override
            public int count() {
                return values.size();
            }

            @Override
            public ParameterValue get(int index) {
                return values.get(index);
            }
        };
    }
}
