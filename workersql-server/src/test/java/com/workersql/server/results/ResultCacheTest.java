// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.ReplyStatus;
import com.workersql.pool.SessionChanges;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.server.config.CacheConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultCacheTest {
    private static final int MAX_BYTES = 100_000;
    private static final List<String> TABLES = List.of("acme.prices");

    private final ResultCache cache = new ResultCache(
            CacheConfig.of(Map.of(CacheConfig.MAX_BYTES, (long) MAX_BYTES, CacheConfig.MAX_ENTRY_BYTES, 10_000L)));

    private static ResultKey key(String tenant, String sql) {
        return new ResultKey(
                tenant, "shard_0", tenant, Map.of(), 0, 45, false, sql.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    private ResultCache.Filling filling(String tenant, String sql) {
        return cache.fill(key(tenant, sql), tenant, "shard_0", TABLES, 0);
    }

    private static void complete(ResultCache.Filling filling, int bytes) {
        filling.complete(
                CapabilityFlags.NONE,
                List.of(new CachedResult.Part(null, 0, new byte[bytes])),
                new ReplyStatus(2, 0, 1, 0, 0, 0, null, null, SessionChanges.NONE));
    }

    @Test
    void givesBackWhatWasKeptUntilATableIsWritten() {
        complete(filling("acme", "SELECT 1"), 10);
        assertThat(cache.find(key("acme", "SELECT 1"))).isNotNull();
        assertThat(cache.find(key("acme", "SELECT 2"))).isNull();
        assertThat(cache.find(key("globex", "SELECT 1"))).isNull();
        cache.wrote(List.of("acme.other"));
        assertThat(cache.find(key("acme", "SELECT 1"))).isNotNull();
        cache.wrote(TABLES);
        assertThat(cache.find(key("acme", "SELECT 1"))).isNull();
    }

    @Test
    void aReadThatBeganBeforeAWriteIsNotKept() {
        var overtaken = filling("acme", "SELECT 1");
        cache.wrote(TABLES);
        complete(overtaken, 10);
        assertThat(cache.find(key("acme", "SELECT 1"))).isNull();
    }

    @Test
    void aTenantsUnknownWriteEndsWhatIsItsOwnAndAnybodyElsesEverything() {
        complete(filling("acme", "SELECT 1"), 10);
        complete(filling("globex", "SELECT 1"), 10);
        cache.wroteAnything("globex", "shard_0");
        assertThat(cache.find(key("globex", "SELECT 1"))).isNull();
        assertThat(cache.find(key("acme", "SELECT 1"))).isNotNull();
        cache.wroteAnything(null, "shard_0");
        assertThat(cache.find(key("acme", "SELECT 1"))).isNull();
    }

    @Test
    void aTenantsUnknownWriteEndsWhatUsersWithoutATenantHaveFromItsShard() {
        complete(filling(null, "SELECT 1"), 10);
        cache.wroteAnything("acme", "shard_1");
        assertThat(cache.find(key(null, "SELECT 1"))).isNotNull();
        cache.wroteAnything("acme", "shard_0");
        assertThat(cache.find(key(null, "SELECT 1"))).isNull();
    }

    @Test
    void holdsNoMoreThanItsBytesAndNoAnswerThatIsTooLarge() {
        for (int i = 0; i < 200; i++) {
            complete(filling("acme", "SELECT " + i), 5_000);
            assertThat(cache.bytes()).isLessThanOrEqualTo(MAX_BYTES);
        }
        assertThat(cache.evictions()).isPositive();
        complete(filling("acme", "SELECT 'large'"), 10_001);
        assertThat(cache.find(key("acme", "SELECT 'large'"))).isNull();
    }

    @Test
    void keepsNothingWhereItMayNot() {
        var none = new ResultCache(CacheConfig.of(Map.of(CacheConfig.MAX_BYTES, 0L)));
        assertThat(none.isEnabled()).isFalse();
    }

    @Test
    void onlyOneIsToRenewAnAnswer() {
        complete(filling("acme", "SELECT 1"), 10);
        var found = cache.find(key("acme", "SELECT 1"));
        assertThat(found.startRenewal()).isTrue();
        assertThat(found.startRenewal()).isFalse();
        found.endRenewal();
        assertThat(found.startRenewal()).isTrue();
        assertThat(found.ageMillis(3_000_000)).isEqualTo(3);
    }
}
