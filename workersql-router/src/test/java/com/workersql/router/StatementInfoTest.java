// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatementInfoTest {
    private static StatementInfo info(Set<SessionEffect> effects) {
        return new StatementInfo(StatementKind.SELECT, true, PermissionClass.READ, effects, "SELECT ?");
    }

    @ParameterizedTest
    @EnumSource
    void eachEffectIsItselfAndNoOther(SessionEffect effect) {
        var info = info(Set.of(effect));
        for (var other : SessionEffect.values()) {
            assertThat(info.has(other)).isEqualTo(other == effect);
            assertThat(info.hasAny(Set.of(other))).isEqualTo(other == effect);
        }
        assertThat(info.effects()).isEqualTo(EnumSet.of(effect)).hasSameHashCodeAs(EnumSet.of(effect));
        assertThat(info(EnumSet.complementOf(EnumSet.of(effect))).has(effect)).isFalse();
    }

    @Test
    void hasAnyOfThoseThatItShares() {
        var info = info(EnumSet.of(SessionEffect.TABLES, SessionEffect.UNKNOWN_STATE));

        assertThat(info.hasAny(SessionEffect.setOf(SessionEffect.XA, SessionEffect.UNKNOWN_STATE)))
                .isTrue();
        assertThat(info.hasAny(SessionEffect.setOf(SessionEffect.XA, SessionEffect.CALL)))
                .isFalse();
        assertThat(info.hasAny(Set.of())).isFalse();
        assertThat(info(Set.of()).hasAny(EnumSet.allOf(SessionEffect.class))).isFalse();
    }

    @Test
    void itsEffectsComeInTheirOrderAndCannotBeChanged() {
        var given = EnumSet.of(SessionEffect.UNKNOWN_STATE, SessionEffect.USER_VARIABLE, SessionEffect.XA);
        var info = info(given);
        given.clear();

        assertThat(info.effects())
                .containsExactly(SessionEffect.USER_VARIABLE, SessionEffect.XA, SessionEffect.UNKNOWN_STATE);
        Iterator<SessionEffect> all = info.effects().iterator();
        all.forEachRemaining(effect -> {});
        assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> info.effects().remove(SessionEffect.XA))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> info.effects().add(SessionEffect.CALL))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
