// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.concurrent.CompletionStage;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Replicas;

/** {@code dts:pin}. */
@Service
@Command(
        scope = "dts",
        name = "pin",
        description = "Keeps an image of this node here and on other members, whatever happens")
public final class PinCommand extends PinChange {
    @Argument(
            name = "image",
            required = true,
            description = "registry/repository:tag, or the digest of a manifest")
    String image = "";

    @Option(name = "--copies", description = "Copies on other members, 0 to 16")
    int copies = 1;

    @Override
    CompletionStage<Replicas.Change> change(Replicas replicas) {
        return replicas.pin(image, copies);
    }
}
