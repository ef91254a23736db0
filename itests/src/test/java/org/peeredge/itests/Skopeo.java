// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.Ran;
import org.peeredge.ops.quickstart.Digests;

/** skopeo: copies all architectures into an OCI layout. */
final class Skopeo implements Client {
    private static final Pattern CONFIG =
            Pattern.compile("\"config\":\\s*\\{[^}]*\"digest\":\\s*\"([^\"]+)\"");

    private final Lab lab;
    private final String host;
    private final Path folder;

    Skopeo(Lab lab, String host, Path folder) throws IOException {
        this.lab = lab;
        this.host = host;
        this.folder = Files.createDirectories(folder);
        Path home = Files.createDirectories(folder.resolve(".config/containers"));
        Files.writeString(home.resolve("registries.conf"), Podman.mirror());
    }

    @Override
    public Ran pull(LabImage image) {
        return copy(
                List.of("--src-tls-verify=false"),
                "docker://" + NODE + "/" + image.repository() + ":1",
                "oci:" + copyOf(image) + ":1");
    }

    @Override
    public Ran pullThroughMirror(LabImage image) {
        return copy(
                List.of(),
                "docker://" + LabMesh.UPSTREAM + "/" + image.repository() + ":1",
                "oci:" + copyOf(image) + ":1");
    }

    /**
     * Copies what the upstream has under {@code name}, through the mirror, bytes as they are.
     *
     * @return a folder with {@code manifest.json} and, of a list, {@code <hash>.manifest.json} of
     *     each child
     */
    Path copyThroughMirror(String name) throws IOException {
        return folderOf(List.of(), LabMesh.UPSTREAM + "/" + name);
    }

    /** The same with what the node has under {@code name}. */
    Path copy(String name) throws IOException {
        return folderOf(List.of("--src-tls-verify=false"), NODE + "/" + name);
    }

    private Path folderOf(List<String> options, String name) throws IOException {
        Path to = Files.createTempDirectory(folder, "copy");
        copy(options, "docker://" + name, "dir:" + to).ok();
        return to;
    }

    /** Pushes an OCI layout to the node, under {@code repository:1}. */
    Ran push(LabImage image, String token) {
        return copy(
                List.of("--dest-tls-verify=false", "--dest-creds=peeredge:" + token),
                "oci:" + image.layout() + ":1",
                "docker://" + NODE + "/" + image.repository() + ":1");
    }

    /** The digest of the configuration of what the node serves under a name. */
    String config(String repository) {
        List<String> words = Words.of(lab.inNetworkOf(host), "skopeo", "inspect", "--raw");
        words.addAll(List.of("--tls-verify=false", "docker://" + NODE + "/" + repository + ":1"));
        Matcher config = CONFIG.matcher(Commands.run(PULL, Map.of(), words).ok().output());
        return config.find() ? config.group(1) : "";
    }

    @Override
    public void verify(LabImage image) throws IOException {
        assertEquals(LabImage.blobs(image.layout()), LabImage.blobs(copyOf(image)));
        for (String digest : LabImage.blobs(image.layout())) {
            assertEquals(
                    digest,
                    Digests.of(copyOf(image).resolve("blobs").resolve(digest.replace(':', '/'))));
        }
    }

    private Path copyOf(LabImage image) {
        return folder.resolve(image.repository().replace('/', '-'));
    }

    private Ran copy(List<String> options, String from, String to) {
        List<String> words = Words.of(lab.inNetworkOf(host), "skopeo", "copy", "--all");
        words.addAll(List.of("--preserve-digests", "--quiet"));
        words.addAll(options);
        words.addAll(List.of(from, to));
        return Commands.run(
                PULL, Map.of("HOME", folder.toString(), "TMPDIR", folder.toString()), words);
    }
}
