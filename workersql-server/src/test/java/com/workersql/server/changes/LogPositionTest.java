// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogPositionTest {
    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "3e11fa47-71ca-11e1-9e33-c80aa9429563";

    private static LogPosition mariaDb(String text) {
        return LogPosition.parse(true, text);
    }

    private static LogPosition mySql(String text) {
        return LogPosition.parse(false, text);
    }

    @Test
    void mariaDbRemembersTheLastOfEachDomain() {
        var position = mariaDb("0-1-5,7-2-9");
        assertThat(position.contains(new TransactionId("0", 3, 5))).isTrue();
        assertThat(position.contains(new TransactionId("0", 1, 6))).isFalse();
        assertThat(position.contains(new TransactionId("1", 1, 1))).isFalse();
        assertThat(position.plus(new TransactionId("0", 3, 6)).plus(new TransactionId("1", 1, 1)))
                .hasToString("0-3-6,1-1-1,7-2-9");
        assertThat(position.plus(new TransactionId("0", 1, 4))).isEqualTo(position);
        assertThat(position.contains(mariaDb("0-1-4"))).isTrue();
        assertThat(position.contains(mariaDb("0-1-4,8-1-1"))).isFalse();
        assertThat(position.intersection(mariaDb("0-1-4,7-2-10,8-1-1"))).hasToString("0-1-4,7-2-9");
        assertThat(mariaDb("")).hasToString("");
    }

    @Test
    void mySqlJoinsIntervals() {
        var position = mySql(A + ":1-3:7");
        assertThat(position.contains(new TransactionId(A, 0, 7))).isTrue();
        assertThat(position.contains(new TransactionId(A, 0, 5))).isFalse();
        var filled = position.plus(new TransactionId(A, 0, 5));
        assertThat(filled).hasToString(A + ":1-3:5:7");
        filled = filled.plus(new TransactionId(A, 0, 4)).plus(new TransactionId(A, 0, 6));
        assertThat(filled).hasToString(A + ":1-7");
        assertThat(filled.contains(position)).isTrue();
        assertThat(position.contains(filled)).isFalse();
        assertThat(filled.plus(new TransactionId(B, 0, 1))).hasToString(A + ":1-7," + B + ":1");
        assertThat(mySql(A + ":1-10:20-30").intersection(mySql(A + ":5-25," + B + ":1")))
                .hasToString(A + ":5-10:20-25");
        assertThat(mySql("").contains(mySql(""))).isTrue();
    }

    @Test
    void mySqlKeepsWhatHasATagApart() {
        var position = mySql(A + ":1-3:nightly:1-2");
        assertThat(position.contains(new TransactionId(A + ":nightly", 0, 2))).isTrue();
        assertThat(position.contains(new TransactionId(A + ":nightly", 0, 3))).isFalse();
        assertThat(position.contains(new TransactionId(A, 0, 3))).isTrue();
        assertThat(position.plus(new TransactionId(A + ":nightly", 0, 3)).plus(new TransactionId(A + ":other", 0, 1)))
                .hasToString(A + ":1-3:nightly:1-3:other:1");
        assertThat(position.intersection(mySql(A + ":3-4:nightly:2-9"))).hasToString(A + ":3:nightly:2");
        assertThat(position.contains(mySql(A + ":nightly:1-2"))).isTrue();
        assertThat(position.contains(mySql(A + ":other:1"))).isFalse();
    }

    @Test
    void knowsWhoseTransactionsItHas() {
        assertThat(mySql(A + ":1-3").knowsSourcesOf(mySql(A + ":9"))).isTrue();
        assertThat(mySql(A + ":1-3").knowsSourcesOf(mySql(A + ":1," + B + ":1")))
                .isFalse();
        assertThat(mySql(A + ":1-3").knowsSourcesOf(mySql(A + ":nightly:1"))).isFalse();
        assertThat(mySql(A + ":1-3").knowsSourcesOf(mySql(""))).isTrue();
        assertThat(mariaDb("0-1-5").knowsSourcesOf(mariaDb("0-2-9"))).isTrue();
        assertThat(mariaDb("0-1-5").knowsSourcesOf(mariaDb("0-1-5,7-1-1"))).isFalse();
        assertThat(mariaDb("0-1-5").knowsSourcesOf(mySql(A + ":1"))).isFalse();
    }

    @Test
    void aPositionIsSealedForOneScopeAndOneAccount() {
        var seal = seal("secret");
        var parts = new LinkedHashMap<String, ResumePoint.Part>();
        parts.put("shard_0", new ResumePoint.Part(mariaDb("0-1-5"), new TransactionId("0", 1, 6), 3));
        parts.put("shard_1", ResumePoint.Part.behind(mySql(A + ":1-3")));
        var token = seal.seal("acme\nnotes", parts);

        assertThat(token).doesNotContain("shard_0").matches("[A-Za-z0-9_-]+");
        assertThat(seal("secret").open("acme\nnotes", token)).isEqualTo(parts);
        assertThat(seal.open("globex\nnotes", token)).isNull();
        assertThat(seal("other").open("acme\nnotes", token)).isNull();
        assertThat(seal.open("acme\nnotes", "")).isNull();
        assertThat(seal.open("acme\nnotes", "no base64!")).isNull();
        assertThat(seal.open("acme\nnotes", token.substring(0, token.length() - 2)))
                .isNull();
        assertThat(seal.seal("acme\nnotes", Map.of())).hasSizeLessThan(token.length());
    }

    private static PositionSeal seal(String secret) {
        return new PositionSeal("gateway", secret.getBytes(StandardCharsets.UTF_8));
    }
}
