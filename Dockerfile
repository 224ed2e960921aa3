# The efface tool on a bare Debian, CPU only. Its context is a folder with the published tool in `efface`: tools/container makes both.
FROM debian:12-slim

# What .NET (libssl3: its hashes) and libtorch need beside themselves; libtorch brings its own OpenMP.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/*

COPY efface /opt/efface
RUN ln -s /opt/efface/Efface.Cli /usr/local/bin/efface

# Runs are written where they are called, as whoever `docker run --user` names.
RUN useradd --create-home efface && mkdir /data && chown efface /data
USER efface
WORKDIR /data
ENTRYPOINT ["efface"]
