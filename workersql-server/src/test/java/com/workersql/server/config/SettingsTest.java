// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.HttpSettings;
import com.workersql.server.http.WebSettings;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.ws.WebSocketSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every numeric setting is read under its key into the component of its name, and nowhere else. */
final class SettingsTest {
    @TempDir
    Path dir;

    private record Part(String document, Class<? extends Record> type, Function<GatewayConfig, Record> of) {
        Stream<Arguments> settings() {
            return Stream.of(type.getFields())
                    .filter(field -> field.getType() == Setting.class)
                    .map(field -> {
                        try {
                            return (Setting) field.get(null);
                        } catch (IllegalAccessException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .map(setting -> Arguments.of(type.getSimpleName() + "." + setting.key(), this, setting));
        }
    }

    static Stream<Arguments> settings() {
        return Stream.of(
                        new Part("limits: {%s}", Limits.class, GatewayConfig::limits),
                        new Part("pool: {%s}", PoolConfig.class, GatewayConfig::pool),
                        new Part("breaker: {%s}", BreakerConfig.class, GatewayConfig::breaker),
                        new Part("statements: {%s}", StatementsConfig.class, GatewayConfig::statements),
                        new Part("replicas: {%s}", ReplicasConfig.class, GatewayConfig::replicas),
                        new Part("cache: {%s}", CacheConfig.class, GatewayConfig::cache),
                        new Part("peers: {%s}", PeersConfig.class, GatewayConfig::peers),
                        new Part("compression: {%s}", Compression.class, GatewayConfig::compression),
                        new Part("embedded: {%s}", EmbeddedConfig.class, GatewayConfig::embedded),
                        new Part("changes: {first_server_id: 9, %s}", ChangesConfig.class, GatewayConfig::changes),
                        new Part("http: {%s}", WebSettings.class, GatewayConfig::web),
                        new Part(
                                "http: {%s}",
                                HttpSettings.class, config -> config.web().http()),
                        new Part(
                                "http: {sessions: {%s}}",
                                SessionSettings.class, config -> config.web().sessions()),
                        new Part(
                                "http: {websocket: {%s}}",
                                WebSocketSettings.class, config -> config.web().webSocket()),
                        new Part(
                                "auth: {jwt: {secret: 0123456789012345678901234567890a, issuer: a, audience: b, %s}}",
                                AuthConfig.class, config -> config.auth().jwt()),
                        new Part("{%s}", GatewayConfig.class, config -> config))
                .flatMap(Part::settings)
                .filter(setting -> !setting.get()[2].equals(ChangesConfig.FIRST_SERVER_ID));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void isReadIntoTheComponentOfItsName(String name, Part part, Setting setting) throws Exception {
        long value = setting.byDefault() < setting.max() ? setting.byDefault() + 1 : setting.byDefault() - 1;

        var byDefault = part.of().apply(load(part.document().formatted("")));
        var changed = part.of().apply(load(part.document().formatted(setting.key() + ": " + value)));

        for (var component : byDefault.getClass().getRecordComponents()) {
            var found = component.getAccessor().invoke(changed);
            if (component.getName().equals(camelCase(setting.key()))) {
                assertThat(((Number) found).longValue()).isEqualTo(value);
                assertThat(((Number) component.getAccessor().invoke(byDefault)).longValue())
                        .isEqualTo(setting.byDefault());
            } else {
                assertThat(found)
                        .as(component.getName())
                        .isEqualTo(component.getAccessor().invoke(byDefault));
            }
        }
        assertThat(byDefault.getClass().getRecordComponents())
                .anyMatch(component -> component.getName().equals(camelCase(setting.key())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void isRefusedOutsideOfItsRange(String name, Part part, Setting setting) {
        for (long value : new long[] {setting.min() - 1, setting.max() + 1}) {
            assertThatThrownBy(() -> load(part.document().formatted(setting.key() + ": " + value)))
                    .hasMessageContaining(setting.key() + ": is " + value + "; allowed are " + setting.min() + " to "
                            + setting.max());
        }
    }

    private static String camelCase(String key) {
        var name = new StringBuilder();
        for (var word : key.split("_", -1)) {
            name.append(name.isEmpty() ? word.charAt(0) : Character.toUpperCase(word.charAt(0)))
                    .append(word, 1, word.length());
        }
        return name.toString();
    }

    private GatewayConfig load(String document) throws IOException {
        var file = dir.resolve("gateway.yaml");
        Files.writeString(file, document);
        restrict(file);
        return ConfigLoader.load(file, name -> null).config();
    }

    private static void restrict(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
