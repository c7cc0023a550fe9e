// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.router.ParameterValue;
import com.workersql.server.error.ErrorClass;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {
    private final RequestParser parser = new RequestParser(1 << 20, 300_000);

    private RequestDocument parse(String json) throws Refusal {
        return parser.parse(Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
    }

    private QueryRequest query(String json) throws Refusal {
        return parse(json).query();
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of("null", new ParameterValue.Null()),
                Arguments.of("true", new ParameterValue.SignedInteger(1)),
                Arguments.of("false", new ParameterValue.SignedInteger(0)),
                Arguments.of("0", new ParameterValue.SignedInteger(0)),
                Arguments.of("-5", new ParameterValue.SignedInteger(-5)),
                Arguments.of("9223372036854775807", new ParameterValue.SignedInteger(Long.MAX_VALUE)),
                Arguments.of("-9223372036854775808", new ParameterValue.SignedInteger(Long.MIN_VALUE)),
                Arguments.of("9223372036854775808", new ParameterValue.UnsignedInteger(Long.MIN_VALUE)),
                Arguments.of("18446744073709551615", new ParameterValue.UnsignedInteger(-1)),
                Arguments.of("18446744073709551616", new ParameterValue.Decimal("18446744073709551616")),
                Arguments.of("-9223372036854775809", new ParameterValue.Decimal("-9223372036854775809")),
                Arguments.of("1.10", new ParameterValue.Decimal("1.10")),
                Arguments.of("-0.5", new ParameterValue.Decimal("-0.5")),
                Arguments.of("1e3", new ParameterValue.FloatingPoint(1000)),
                Arguments.of("1.5E-3", new ParameterValue.FloatingPoint(0.0015)),
                Arguments.of("\"a\\u00e9\\ud83d\\ude00\"", new ParameterValue.Text("aé😀")),
                Arguments.of("\"\"", new ParameterValue.Text("")),
                Arguments.of("[1.50, {\"a\": null}]", new ParameterValue.Text("[1.50, {\"a\": null}]")),
                Arguments.of("{\"k\":1e400}", new ParameterValue.Text("{\"k\":1e400}")));
    }

    @ParameterizedTest
    @MethodSource("values")
    void mapsJsonValuesToTypes(String json, ParameterValue value) throws Refusal {
        assertThat(query("{\"sql\":\"S\",\"params\":[" + json + "]}").parameters())
                .isEqualTo(new QueryRequest.Positional(List.of(value)));
    }

    @Test
    void readsNamedParameters() throws Refusal {
        assertThat(query("{\"params\":{\"a\":1,\"b\":[2]},\"sql\":\"S\"}").parameters())
                .isEqualTo(new QueryRequest.Named(
                        Map.of("a", new ParameterValue.SignedInteger(1), "b", new ParameterValue.Text("[2]"))));
    }

    @Test
    void readsTheOtherMembers() throws Refusal {
        var request = query("{\"sql\":\"S\",\"timeout\":250,\"rows\":\"array\",\"transactionId\":\"t\","
                + "\"hints\":{\"consistency\":\"strong\"}}");

        assertThat(request)
                .isEqualTo(new QueryRequest("/*+ strong */ S", QueryRequest.Positional.NONE, 250, true, "t"));
    }

    @Test
    void takesAnAnswerFromTheCacheWhereThatIsAskedFor() throws Refusal {
        assertThat(query("{\"sql\":\"S\",\"hints\":{\"consistency\":\"cached\"}}")
                        .sql())
                .isEqualTo("/*+ weak */ S");
    }

    @Test
    void keepsTheIdAsItsSenderWroteIt() throws Refusal {
        assertThat(parse("{\"id\": 1.0}").id()).isEqualTo("1.0");
        assertThat(parse("{\"id\":\"a\\u0041\"}").id()).isEqualTo("\"a\\u0041\"");
    }

    @Test
    void namesUnknownMembers() throws Refusal {
        var document = parse("{\"sql\":\"S\",\"parms\":[{\"x\":[]}],\"y\":{}}");

        assertThat(document.unknownMembers()).containsExactly("parms", "y");
        assertThat(document.query().sql()).isEqualTo("S");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sql\":1}",
                "{\"sql\":null}",
                "{\"sql\":\"\"}",
                "{\"sql\":\"  \"}",
                "{}",
                "{\"sql\":\"S\",\"params\":1}",
                "{\"sql\":\"S\",\"params\":[1e999]}",
                "{\"sql\":\"S\",\"params\":[\"\\ud800\"]}",
                "{\"sql\":\"\\udc00\"}",
                "{\"sql\":\"S\",\"timeout\":0}",
                "{\"sql\":\"S\",\"timeout\":-1}",
                "{\"sql\":\"S\",\"timeout\":1.5}",
                "{\"sql\":\"S\",\"timeout\":\"9\"}",
                "{\"sql\":\"S\",\"timeout\":300001}",
                "{\"sql\":\"S\",\"timeout\":99999999999}",
                "{\"sql\":\"S\",\"timeout\":{}}",
                "{\"sql\":\"S\",\"rows\":\"table\"}",
                "{\"sql\":\"S\",\"rows\":null}",
                "{\"sql\":\"S\",\"transactionId\":5}",
                "{\"sql\":\"S\",\"hints\":[]}",
            })
    void refusesUnacceptableMembers(String json) throws Refusal {
        var document = parse(json);

        assertThatThrownBy(document::query)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.error().errorClass()).isEqualTo(ErrorClass.SYNTAX));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sql\":\"S\",\"hints\":{\"shard\":\"a*/b\"}}",
                "{\"sql\":\"S\",\"hints\":{\"shardKey\":\"a*/DROP\"}}",
                "{\"sql\":\"S\",\"hints\":{\"shardKey\":\"it's\"}}",
                "{\"sql\":\"S\",\"hints\":{\"shardKey\":1.5}}",
                "{\"sql\":\"S\",\"hints\":{\"boundedMs\":5}}",
                "{\"sql\":\"S\",\"hints\":{\"cacheTtl\":-5}}",
                "{\"sql\":\"S\",\"hints\":{\"cacheTtl\":\"5\"}}",
                "{\"sql\":\"S\",\"hints\":{\"consistency\":\"bounded\"}}",
                "{\"sql\":\"S\",\"hints\":{\"consistency\":\"bounded\",\"boundedMs\":-1}}",
                "{\"sql\":\"S\",\"hints\":{\"shardKey\":{\"deep\":[1]},\"consistency\":\"strong\"}}",
            })
    void refusesHintsThatSayNothing(String json) throws Refusal {
        assertHintIs(ErrorClass.SYNTAX, json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sql\":\"S\",\"hints\":{\"patience\":5}}",
            })
    void refusesHintsThatItCannotHeed(String json) throws Refusal {
        assertHintIs(ErrorClass.UNSUPPORTED, json);
    }

    private void assertHintIs(ErrorClass expected, String json) throws Refusal {
        var document = parse(json);

        assertThatThrownBy(document::query)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.error().errorClass()).isEqualTo(expected));
    }

    @Test
    void writesHintsAsTheRouterReadsThem() throws Refusal {
        assertThat(query("{\"sql\":\"S\",\"hints\":{\"consistency\":\"bounded\",\"boundedMs\":50,\"shard\":\"a-1\"}}")
                        .sql())
                .isEqualTo("/*+ bounded=50 shard=a-1 */ S");
        assertThat(query("{\"hints\":{\"shardKey\":-7},\"sql\":\"S\"}").sql()).isEqualTo("/*+ shard_key=-7 */ S");
        assertThat(query("{\"hints\":{\"shardKey\":\"a b\"},\"sql\":\"S\"}").sql())
                .isEqualTo("/*+ shard_key='a b' */ S");
        assertThat(query("{\"hints\":{\"cacheTtl\":250,\"consistency\":\"cached\"},\"sql\":\"S\"}")
                        .sql())
                .isEqualTo("/*+ weak cache_ttl=250 */ S");
        assertThat(query("{\"hints\":{},\"sql\":\"S\"}").sql()).isEqualTo("S");
    }

    @Test
    void readsOnBehindAMemberThatItCannotAccept() throws Refusal {
        var document = parse("{\"params\":[{\"a\":[1,{\"b\":2}]},[\"\\ud800\"],\"\\ud800\",{\"c\":3}],\"id\":7}");

        assertThat(document.id()).isEqualTo("7");
        assertThat(document.fault()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "\"sql\"",
                "{",
                "{\"sql\":\"S\"",
                "{\"sql\":\"S\"} x",
                "{\"sql\":\"S\"}{}",
                "{'sql':'S'}",
                "{\"sql\":\"S\",}",
                "{\"sql\":\"S\",\"sql\":\"T\"}",
                "{\"sql\":\"a\nb\"}",
                "{\"sql\":\"S\",\"params\":[01]}",
                "{\"sql\":\"S\",\"params\":[NaN]}",
                "{\"sql\":\"S\",\"params\":{\"a\":1,\"a\":2}}",
                "{\"sql\":\"S\" /* c */}",
                "\u0000",
            })
    void refusesWhatIsNotOneJsonObject(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7b2273716c223a22ff227d",
                "7b2273716c223a22c0af227d",
                "7b2273716c223a22eda080227d",
                "fffe7b007d00"
            })
    void refusesWhatIsNoUtf8(String hex) {
        var bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));

        assertThatThrownBy(() -> parser.parse(bytes)).hasMessage("not valid UTF-8");
    }

    @Test
    void refusesNestingBeyondTheLimit() {
        var json = "{\"sql\":\"S\",\"params\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatThrownBy(() -> parse(json)).isInstanceOf(Refusal.class).hasMessageContaining("depth");
    }

    @Test
    void refusesNumbersBeyondTheLimit() {
        var json = "{\"sql\":\"S\",\"params\":[" + "1".repeat(900_000) + "]}";

        assertThatThrownBy(() -> parse(json)).isInstanceOf(Refusal.class).hasMessageContaining("length");
    }

    @Test
    void refusesMoreParametersThanAStatementCanHave() throws Refusal {
        var document = parse("{\"sql\":\"S\",\"params\":[" + "0,".repeat(65_535) + "0]}");

        assertThatThrownBy(document::query).hasMessageContaining("65535");
    }
}
