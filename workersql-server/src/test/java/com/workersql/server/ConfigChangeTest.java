// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.ClientTls;
import com.workersql.server.config.GatewayConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigChangeTest {
    private static GatewayConfig with(ClientTls tls) {
        return GatewayConfig.defaults().toBuilder().tls(tls).build();
    }

    private static boolean needsNewStart(ClientTls before, ClientTls after) {
        return new ConfigChange(with(before), with(after)).needsNewStart();
    }

    @Test
    void saysThatTlsIsOfferedOrRequiredOnlyBehindANewStart() {
        var offered = new ClientTls(Path.of("certificate"), Path.of("key"), false);
        var another = new ClientTls(Path.of("another"), Path.of("key"), false);
        var required = new ClientTls(Path.of("certificate"), Path.of("key"), true);

        assertThat(needsNewStart(null, offered)).isTrue();
        assertThat(needsNewStart(offered, null)).isTrue();
        assertThat(needsNewStart(offered, required)).isTrue();
        assertThat(needsNewStart(offered, another))
                .as("another certificate is taken over")
                .isFalse();
        assertThat(needsNewStart(null, null)).isFalse();
    }

    @Test
    void saysThatOtherEmbeddedShardsNeedANewStart() {
        var before = GatewayConfig.defaults();
        var more = before.toBuilder()
                .embedded(before.embedded().withTenants(List.of("acme", "globex", "umbrella")))
                .build();

        assertThat(new ConfigChange(before, more).needsNewStart()).isTrue();
        assertThat(new ConfigChange(before, GatewayConfig.defaults()).needsNewStart())
                .isFalse();
    }
}
