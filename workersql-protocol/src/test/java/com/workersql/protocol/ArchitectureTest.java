// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("com.workersql.protocol");

    @Test
    void knowsNothingButTheJdkAndNettyAndZstdWhereItCompresses() {
        noClasses()
                .that(DescribedPredicate.not(
                        nameMatching(".*\\.(frame\\.(ZstdCompression|CompressionAlgorithm.*)|binlog\\.Inflate.*)")))
                .should()
                .dependOnClassesThat(DescribedPredicate.not(resideInAnyPackage(
                        "com.workersql.protocol..",
                        "java..",
                        "javax.net.ssl..",
                        "javax.crypto..",
                        "org.ietf.jgss..",
                        "io.netty..")))
                .check(CLASSES);
    }

    @Test
    void onlyTheNettyLayerKnowsAChannel() {
        noClasses()
                .that()
                .resideOutsideOfPackage("com.workersql.protocol.netty..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap.."))
                .check(CLASSES);
    }

    /** What servers and programs read has the digits that they know, whatever the machine's language is. */
    @Test
    void textForMachinesDoesNotFollowTheLocale() {
        noClasses()
                .should()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "formatted", Object[].class)
                .check(CLASSES);
    }

    @Test
    void eachLayerIsUsableWithoutTheNext() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("wire")
                .definedBy("com.workersql.protocol.wire..")
                .layer("frame")
                .definedBy("com.workersql.protocol.frame..")
                .layer("auth")
                .definedBy("com.workersql.protocol.auth..")
                .layer("message")
                .definedBy("com.workersql.protocol.message..")
                .layer("value")
                .definedBy("com.workersql.protocol.value..")
                .layer("proxy")
                .definedBy("com.workersql.protocol.proxy..")
                .layer("binlog")
                .definedBy("com.workersql.protocol.binlog..")
                .layer("session")
                .definedBy("com.workersql.protocol.session..")
                .layer("netty")
                .definedBy("com.workersql.protocol.netty..")
                .whereLayer("netty")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("binlog")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("proxy")
                .mayOnlyBeAccessedByLayers("netty")
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("netty")
                .whereLayer("value")
                .mayOnlyBeAccessedByLayers("message", "session", "binlog", "netty")
                .whereLayer("message")
                .mayOnlyBeAccessedByLayers("value", "session", "binlog", "netty")
                .whereLayer("auth")
                .mayOnlyBeAccessedByLayers("session", "netty")
                .whereLayer("frame")
                .mayOnlyBeAccessedByLayers("message", "value", "session", "binlog", "netty")
                .check(CLASSES);
    }

    @Test
    void readsNoClockAndNeverWaits() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(CLASSES);
    }
}
