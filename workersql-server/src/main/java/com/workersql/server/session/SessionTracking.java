// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.protocol.message.server.SessionTrack;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a client wants to be told of its session's changes. Its connections tell the gateway everything, so the client's settings are
 * the session's, not theirs. Confined to the session's event loop.
 */
public final class SessionTracking {
    private final boolean understood;
    private TrackingSettings settings = TrackingSettings.NONE;
    private TrackingSettings ofReply;
    private Set<String> unread = Set.of();
    private boolean refused;
    private final Set<String> untold = new LinkedHashSet<>();

    SessionTracking(boolean understood) {
        this.understood = understood;
    }

    /**
     * Whether the client has agreed to be told at all.
     *
     * @return false for clients without CLIENT_SESSION_TRACK
     */
    public boolean isUnderstood() {
        return understood;
    }

    /**
     * What the client is told in the current reply.
     *
     * @return never null
     */
    public TrackingSettings settings() {
        return ofReply == null ? settings : ofReply;
    }

    /**
     * Begins anew, or takes over what the connection says.
     *
     * @param settings what the client is told from now on
     */
    public void settings(TrackingSettings settings) {
        this.settings = settings;
        ofReply = null;
        refused = false;
        unread = Set.of();
        untold.clear();
    }

    /**
     * The client assigns its settings, on a connection that knows better than the gateway what they are then.
     *
     * @param names which, without {@link TrackingSettings#PREFIX}
     */
    public void assigned(Set<String> names) {
        unread = Set.copyOf(names);
        ofReply = settings.passing(unread);
    }

    /** The server has refused the one assignment that there was: the settings are what they were, and known. */
    public void refused() {
        refused = true;
    }

    /**
     * Whether the connection need not be asked what it has.
     *
     * @return true from {@link #refused} to {@link #settings(TrackingSettings)}
     */
    public boolean isRefused() {
        return refused;
    }

    /**
     * What the session's own settings are, whatever its connection tells in the current reply.
     *
     * @return never null
     */
    public TrackingSettings own() {
        return settings;
    }

    /**
     * A variable was assigned beside the settings, so that the connection did not tell its value.
     *
     * @param variable in lower case
     */
    public void untold(String variable) {
        untold.add(variable);
    }

    /**
     * The variables whose values have to be read.
     *
     * @return a copy, in the order of their assignments
     */
    public List<String> untold() {
        return List.copyOf(untold);
    }

    /**
     * The statement ahead of that, behind which the connection has the client's own settings, so that it tells what it would tell the
     * client alone.
     *
     * @param inTransaction whether one is open: {@code session_track_gtids} cannot be set in it, neither by this nor by the client
     * @return SQL text; null where nothing is assigned
     */
    public String ahead(boolean inTransaction) {
        if (unread.isEmpty()) {
            return null;
        }
        var names = new HashSet<>(unread);
        if (inTransaction) {
            names.remove(TrackingSettings.GTIDS_NAME);
        }
        return names.isEmpty() ? null : settings.setting(names);
    }

    /**
     * The question for what the connection has of the client's settings.
     *
     * @return an expression whose value {@link TrackingSettings#parse} reads
     */
    public String question() {
        return settings.question(unread);
    }

    /**
     * Whether the connection has settings of the client's, which have to be read, and the gateway's to be set again.
     *
     * @return true from {@link #assigned} to {@link #settings(TrackingSettings)}
     */
    public boolean isUnread() {
        return !unread.isEmpty();
    }

    /**
     * What the client is told when the gateway itself has changed the schema.
     *
     * @param schema its name
     * @return nothing where it does not want to know
     */
    public List<SessionTrack> ofSchema(String schema) {
        var told = new ArrayList<SessionTrack>(2);
        if (understood && settings.schema()) {
            told.add(new SessionTrack.Schema(schema));
        }
        if (understood && settings.stateChange()) {
            told.add(new SessionTrack.StateChange(true));
        }
        return told;
    }

    /**
     * Whether the client is told of transactions, so that it must hear a server's word on them.
     *
     * @return true with {@code session_track_transaction_info}
     */
    public boolean tellsOfTransactions() {
        return understood && settings.transactions() != TrackingSettings.Transactions.NONE;
    }
}
