// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.Objects;
import java.util.Set;

/**
 * What the lexer knows of a statement, apart from where it goes.
 *
 * @param kind what the statement is
 * @param readsOnly whether the statement provably changes no row, no definition and takes no lock; a text that could
 *     not be read never reads only
 * @param permission what the statement asks of its user
 * @param effects what it may leave in, or need of, its connection; unmodifiable
 * @param fingerprint the statement with its values folded away, for people, logs and statistics; it holds no literal of
 *     the client's save those that carry meaning (positions in ORDER BY, literals of DDL)
 */
public record StatementInfo(
        StatementKind kind,
        boolean readsOnly,
        PermissionClass permission,
        Set<SessionEffect> effects,
        String fingerprint) {

    /** Copies the effects. */
    public StatementInfo {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(permission, "permission");
        Objects.requireNonNull(fingerprint, "fingerprint");
        effects = EffectSet.of(effects);
    }

    /** {@return whether the statement changes definitions} */
    public boolean isDdl() {
        return kind.isDdl();
    }

    /**
     * {@return whether the statement may have the given effect}
     *
     * @param effect what is asked for
     */
    public boolean has(SessionEffect effect) {
        return effects.contains(effect);
    }

    /**
     * {@return whether the statement may have one of the given effects}
     *
     * @param any what is asked for; quickest where {@link SessionEffect#setOf} made it
     */
    public boolean hasAny(Set<SessionEffect> any) {
        return EffectSet.of(effects).intersects(EffectSet.of(any));
    }
}
