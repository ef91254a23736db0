// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.api.Transfers;

/** {@link Content} over the services of this node. */
final class StoreContent implements Content {
    /** A blob that takes longer is tried again; what came of it is kept. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final ContentStore store;
    private final Transfers transfers;
    private final Images images;

    StoreContent(ContentStore store, Transfers transfers, Images images) {
        this.store = store;
        this.transfers = transfers;
        this.images = images;
    }

    @Override
    public boolean has(Digest digest) {
        return store.has(digest);
    }

    @Override
    public void fetch(Part part) throws IOException {
        FetchRequest request =
                new FetchRequest(
                        part.digest(),
                        part.sizeBytes(),
                        Optional.empty(),
                        FetchRequest.Urgency.BACKGROUND);
        try (Transfers.Content content = await(transfers.open(request))) {
            await(content.complete());
        }
    }

    private static <T> T await(CompletionStage<T> stage) throws IOException {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("this node is stopping", e);
        } catch (TimeoutException e) {
            throw new IOException("took longer than " + PATIENCE, e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    @Override
    public void pin(Set<Digest> digests) throws IOException {
        for (BlobInfo blob : store.list()) {
            if (!blob.pinned() && digests.contains(blob.digest())) {
                store.pin(blob.digest(), true);
            }
        }
    }

    @Override
    public void unpin(Set<Digest> digests) throws IOException {
        images.unpin(digests);
    }

    @Override
    public void keep(Name name, boolean fromOrigin) throws IOException {
        images.keep(name, fromOrigin);
    }

    @Override
    public List<Name> published() throws IOException {
        return images.published();
    }

    @Override
    public Optional<Name> find(String reference) throws IOException {
        return images.find(reference);
    }

    @Override
    public List<Part> parts(Digest manifest) throws IOException {
        return images.content(manifest);
    }
}
