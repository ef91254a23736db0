// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.nio.file.Path;

/**
 * One blob to publish.
 *
 * @param mediaType for the manifest
 * @param digest {@code sha256:...} of the file
 * @param sizeBytes the file's length
 * @param file where it is
 * @param title file name for an artifact's layer, or empty
 */
public record Descriptor(
        String mediaType, String digest, long sizeBytes, Path file, String title) {}
