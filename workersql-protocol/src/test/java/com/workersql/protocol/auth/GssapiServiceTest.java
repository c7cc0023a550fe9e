// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GssapiServiceTest {
    private static Bytes bytes(String text) {
        return Bytes.of(text.replace('_', '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** As MariaDB sends it on Unix, where it names no mechanism, on Windows, and with the last NUL or all behind the principal left out. */
    @ParameterizedTest
    @CsvSource({
        "mariadb/db@REALM__, mariadb/db@REALM, KERBEROS",
        "mariadb/db@REALM_Kerberos_, mariadb/db@REALM, KERBEROS",
        "mariadb/db@REALM_Negotiate_, mariadb/db@REALM, NEGOTIATE",
        "mariadb/db@REALM_Negotiate, mariadb/db@REALM, NEGOTIATE",
        "mariadb/db@REALM_, mariadb/db@REALM, KERBEROS",
        "mariadb/db@REALM, mariadb/db@REALM, KERBEROS",
        "__, '', KERBEROS"
    })
    void readsWhatServersSay(String data, String principal, GssapiMechanism mechanism) {
        assertThat(GssapiService.parse(bytes(data))).isEqualTo(new GssapiService(principal, mechanism));
    }

    @Test
    void nothingIsAServiceWithoutAName() {
        assertThat(GssapiService.parse(Bytes.EMPTY)).isEqualTo(GssapiService.of(""));
    }

    @Test
    void writesWhatMariaDbWrites() {
        assertThat(GssapiService.of("mariadb/db@REALM").question()).isEqualTo(bytes("mariadb/db@REALM_Kerberos_"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_NTLM_", "a_kerberos_", "a__b", "a_Kerberos__"})
    void refusesWhatItDoesNotKnow(String data) {
        assertThatThrownBy(() -> GssapiService.parse(bytes(data)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("'auth_gssapi_client'");
    }

    @Test
    void aNameIsOneString() {
        assertThatIllegalArgumentException().isThrownBy(() -> GssapiService.of("a\0b"));
    }

    @Property
    void anyBytesAreAServiceOrRefused(@ForAll byte[] data) {
        try {
            GssapiService service = GssapiService.parse(Bytes.of(data));
            assertThat(GssapiService.parse(service.question())).isEqualTo(service);
        } catch (ProtocolException e) {
            assertThat(e.errno()).isEqualTo(1043);
        }
    }
}
