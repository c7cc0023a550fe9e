// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import java.util.List;

/** A target whose client prepares statements. */
public interface PrepareTarget extends ReplyTarget {
    /**
     * A statement without parameters was prepared that the gateway answers itself.
     *
     * @param statementId the gateway's id
     * @param columns what its result will have; empty when it answers by an OK
     */
    void prepared(int statementId, List<ColumnDefinition> columns);
}
