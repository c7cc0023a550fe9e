// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import org.junit.jupiter.api.AfterEach;

/** A door whose shards a test answers for, and no session that is open at the end. */
abstract class DoorFixture {
    static final ColumnDefinition COLUMN = ColumnDefinition.of("a", ColumnType.VAR_STRING);

    final TestDoor door = new TestDoor();

    @AfterEach
    void leavesNoSessionOpen() {
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }
}
