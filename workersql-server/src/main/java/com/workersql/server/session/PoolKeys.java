// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.PoolKey;
import java.util.HashMap;
import java.util.Map;

/** The keys by which a session borrows connections, each made once. Confined to the session's event loop. */
public final class PoolKeys {
    private final Map<String, KeyOfAccount> keys = new HashMap<>(4);

    private record KeyOfAccount(BackendAccount account, PoolKey key) {}

    PoolKeys() {}

    /**
     * The key of a place.
     *
     * @param place the name of a shard or of a server of it
     * @param account the account that the configuration gives the session there
     * @return null when it was not made yet, or was made for another account
     */
    public PoolKey get(String place, BackendAccount account) {
        var kept = keys.get(place);
        return kept != null && kept.account().equals(account) ? kept.key() : null;
    }

    /**
     * Keeps a key until the session's schema is another.
     *
     * @param place the name of a shard or of a server of it
     * @param account the account that it was made for
     * @param key its key
     */
    public void put(String place, BackendAccount account, PoolKey key) {
        keys.put(place, new KeyOfAccount(account, key));
    }

    void clear() {
        keys.clear();
    }
}
