// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.Ran;

/** The shell of the full assembly over ssh: keys only, and each role its commands. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShellIT {
    private static final String REFUSED = "Command not found";
    private static final int SSH_FAILED = 255;
    private static final String UNKNOWN_KEY = "Karaf does not know this key again";

    /** What {@code ssh -v} puts before the methods of the server. */
    private static final String OFFERED = "Authentications that can continue:";

    /** A sample of each scope; what a list does not name is for administrators. */
    private static final List<String> FORBIDDEN =
            List.of(
                    "bundle:install file:x",
                    "bundle:stop 1",
                    "bundle:restart 1",
                    "config:list",
                    "config:property-set -p a b c",
                    "feature:install ssh",
                    "log:set DEBUG",
                    "mesh:token-create",
                    "mesh:revoke 00",
                    "dts:codec-bench none",
                    "dts:codec-use none",
                    "dts:store-check",
                    "routing:strategy-use random",
                    "scr:disable x",
                    "shell:cat etc/keys.properties",
                    "shell:exec ls",
                    "shell:new java.io.File x",
                    "shell:source x",
                    "jaas:realm-manage --index 1",
                    "system:property a b",
                    "system:shutdown");

    private @TempDir static Path folder;
    private Assembly assembly;

    @BeforeAll
    void start() throws Exception {
        assembly = Assembly.unpack("full", folder);
        makeKey("mallory");
        makeUser("op", "admin");
        makeUser("eve", "viewer");
        assembly.makesMesh();
        assembly.script("start");
        assembly.script("status", "--wait", "120");
    }

    /** With a key that Karaf knows: {@code shell-user} refuses the one of 256 that it does not. */
    private void makeUser(String name, String group) {
        Ran ran;
        do {
            makeKey(name);
            ran = shellUser(name, group);
        } while (ran.output().contains(UNKNOWN_KEY));
        assertEquals(0, ran.status(), ran::output);
    }

    private Ran shellUser(String name, String group) {
        return assembly.tried(
                List.of(
                        assembly.home() + "/bin/shell-user",
                        name,
                        folder + "/" + name + ".pub",
                        group));
    }

    private void makeKey(String name) {
        assembly.inside(
                List.of(
                        "sh",
                        "-c",
                        "rm -f \"$0\"; ssh-keygen -q -t ecdsa -N '' -f \"$0\"",
                        folder.resolve(name).toString()));
    }

    @Test
    void aKeyThatKarafWouldNotKnowIsRefusedAtOnce() throws Exception {
        Files.writeString(
                folder.resolve("odd.pub"),
                """
                ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBP+CZtiKXViqNCaUBaJqXBmVYrm7lrhywy5iVf96bYoGaRJz51ERgnRU+qqYb0YA8xeeYiYmqvU8Xufs+ekzhZg= odd
                """);
        Ran ran = shellUser("odd", "admin");
        assertEquals(1, ran.status(), ran::output);
        assertTrue(ran.output().contains(UNKNOWN_KEY), ran::output);
        assertTrue(ran.output().contains("ssh-keygen -t ecdsa"), ran::output);
    }

    @AfterAll
    void stop() {
        assembly.close();
    }

    @Test
    void anAdministratorMayDoEverything() {
        assertTrue(allowed("op", "jaas:whoami").contains("op"));
        assertTrue(allowed("op", "feature:list -i").contains("peeredge-profile-server"));
        allowed("op", "log:set INFO org.peeredge");
        allowed("op", "routing:strategy-use network");
        assertTrue(allowed("op", "dts:codec-use none").contains("codec: auto -> none"));
        assertTrue(allowed("op", "dts:codec-list").contains("in use"));
        assertTrue(allowed("op", "dts:codec-use auto").contains("codec: none -> auto"));
        Ran unknown = ssh("op", "op", "dts:codec-use nothing");
        assertTrue(unknown.output().contains("there is no codec 'nothing'"), unknown::output);
    }

    @Test
    void aViewerLooksAndChangesNothing() throws Exception {
        assertTrue(allowed("eve", "jaas:whoami").contains("eve"));
        assertTrue(allowed("eve", "bundle:list").contains("PeerEdge"));
        assertTrue(allowed("eve", "routing:strategy-list").contains("network"));
        Map<String, String> before = settings();
        for (String command : FORBIDDEN) {
            Ran ran = ssh("eve", "eve", command);
            assertNotEquals(0, ran.status(), () -> command + ": " + ran.output());
            assertTrue(ran.output().contains(REFUSED), () -> command + ": " + ran.output());
        }
        assertEquals(before, settings());
    }

    /** Karaf's shell calls methods of any object that a session can get hold of. */
    @Test
    void aViewerGetsNoFurtherByCallingMethods() throws Exception {
        Path made = folder.resolve("made-by-eve");
        String touch = " exec 'touch " + made + "'";
        for (String command :
                List.of(
                        "a = x; r = ($a getClass); (($r forName java.lang.Runtime) getRuntime)"
                                + touch,
                        "r = ($.context getBundle 0); $r stop",
                        "(bundle:list) getClass",
                        "shell:echo x > " + made,
                        "echo x | tac -f " + made)) {
            Ran ran = ssh("eve", "eve", command);
            assertFalse(Files.exists(made), () -> command + ": " + ran.output());
        }
        assertTrue(allowed("eve", "jaas:whoami").contains("eve"), "the node still runs");
    }

    @Test
    void nobodyElseGetsIn() {
        denied("mallory", "mallory");
        denied("op", "mallory");
        denied("karaf", "op");
    }

    /** Karaf itself ships a user karaf with the password karaf. */
    @Test
    void noPasswordIsAskedForAndKarafsOwnOpensNothing() throws Exception {
        Path askPass = Files.writeString(folder.resolve("password"), "#!/bin/sh\necho karaf\n");
        assertTrue(askPass.toFile().setExecutable(true));
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "env",
                                "SSH_ASKPASS=" + askPass,
                                "SSH_ASKPASS_REQUIRE=force",
                                "timeout",
                                "30",
                                "ssh",
                                "-v",
                                "-n",
                                "-p",
                                "8101"));
        for (String option :
                List.of(
                        "PreferredAuthentications=password,keyboard-interactive",
                        "NumberOfPasswordPrompts=1",
                        "StrictHostKeyChecking=no",
                        "UserKnownHostsFile=/dev/null")) {
            line.addAll(List.of("-o", option));
        }
        line.addAll(List.of("karaf@127.0.0.1", "jaas:whoami"));
        Ran ran = assembly.tried(line);
        assertEquals(SSH_FAILED, ran.status(), ran::output);
        assertEquals(
                List.of("publickey"),
                ran.output()
                        .lines()
                        .filter(l -> l.contains(OFFERED))
                        .map(l -> l.substring(l.indexOf(OFFERED) + OFFERED.length()).strip())
                        .distinct()
                        .toList(),
                ran::output);
        assertTrue(ran.output().contains("Permission denied (publickey)"), ran::output);
    }

    private String allowed(String user, String command) {
        Ran ran = ssh(user, user, command);
        assertEquals(0, ran.status(), () -> command + ": " + ran.output());
        assertFalse(ran.output().contains(REFUSED), () -> command + ": " + ran.output());
        // What ssh says of the session's end, now and then.
        return ran.output().replaceAll("(?m)^Connection to .* closed by remote host.\\R?", "");
    }

    private void denied(String user, String key) {
        Ran ran = ssh(user, key, "jaas:whoami");
        assertEquals(SSH_FAILED, ran.status(), ran::output);
        assertTrue(ran.output().contains("Permission denied"), ran::output);
    }

    /**
     * Every file of etc but what the node itself keeps there, and the bundles with their states.
     */
    private Map<String, String> settings() throws Exception {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(assembly.home().resolve("etc"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        all.put("bundles", allowed("op", "bundle:list -t 0 -s --no-format"));
        all.put("levels", allowed("op", "log:get ALL"));
        all.put("strategies", allowed("op", "routing:strategy-list --json"));
        all.put("tokens", allowed("op", "mesh:token-list --json"));
        return all;
    }

    private Ran ssh(String user, String key, String command) {
        List<String> line = new ArrayList<>(List.of("timeout", "30", "ssh", "-n", "-p", "8101"));
        line.addAll(List.of("-i", folder.resolve(key).toString(), "-o", "IdentitiesOnly=yes"));
        for (String option :
                List.of(
                        "BatchMode=yes",
                        "StrictHostKeyChecking=no",
                        "UserKnownHostsFile=/dev/null",
                        "LogLevel=ERROR")) {
            line.addAll(List.of("-o", option));
        }
        line.addAll(List.of(user + "@127.0.0.1", command));
        return assembly.tried(line);
    }
}
