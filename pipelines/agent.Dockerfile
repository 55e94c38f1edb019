# syntax=docker/dockerfile:1
# The agent of the label `shop`: it connects itself to Jenkins. Build: docker build -f pipelines/agent.Dockerfile pipelines
# Every version is one that this repository names elsewhere or that pipelines/agent-image.test.ts compares; every download
# is compared with its digest before it is opened. The digests were read in public files of other projects, each in at
# least two that differ; nobody could ask the vendors where this was written.
ARG PLATFORM=linux/amd64

FROM --platform=$PLATFORM debian:bookworm-slim@sha256:7b140f374b289a7c2befc338f42ebe6441b7ea838a042bbd5acbfca6ec875818 AS tools
SHELL ["/bin/bash", "-o", "pipefail", "-euxc"]
RUN apt-get update; \
    apt-get install -y --no-install-recommends \
      ca-certificates=20250419~deb12u2 \
      curl=7.88.1-10+deb12u15 \
      unzip=6.0-28+deb12u1 \
      xz-utils=5.4.1-1+deb12u2; \
    rm -rf /var/lib/apt/lists/*
WORKDIR /download
RUN mkdir -p /tools/bin

ARG NODE_VERSION=24.21.0
ARG NODE_SHA256=fd8e59d5a511510f6a298afb548f18c7d2b1be404d8b4a27d94fbe49f56cb2d6
RUN curl -fsSLo node.tar.xz "https://nodejs.org/dist/v${NODE_VERSION}/node-v${NODE_VERSION}-linux-x64.tar.xz"; \
    echo "${NODE_SHA256}  node.tar.xz" | sha256sum -c -; \
    mkdir /tools/node; \
    tar -xJf node.tar.xz -C /tools/node --strip-components=1

ARG TRIVY_VERSION=0.70.0
ARG TRIVY_SHA256=8b4376d5d6befe5c24d503f10ff136d9e0c49f9127a4279fd110b727929a5aa9
RUN curl -fsSLo trivy.tar.gz "https://github.com/aquasecurity/trivy/releases/download/v${TRIVY_VERSION}/trivy_${TRIVY_VERSION}_Linux-64bit.tar.gz"; \
    echo "${TRIVY_SHA256}  trivy.tar.gz" | sha256sum -c -; \
    tar -xzf trivy.tar.gz -C /tools/bin trivy

ARG TERRAFORM_VERSION=1.11.4
ARG TERRAFORM_SHA256=1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc
RUN curl -fsSLo terraform.zip "https://releases.hashicorp.com/terraform/${TERRAFORM_VERSION}/terraform_${TERRAFORM_VERSION}_linux_amd64.zip"; \
    echo "${TERRAFORM_SHA256}  terraform.zip" | sha256sum -c -; \
    unzip -q terraform.zip terraform -d /tools/bin

# Brings a Java of its own.
ARG SONAR_SCANNER_VERSION=8.1.0.6389
ARG SONAR_SCANNER_SHA256=bb8f709f9cb73352f8d1260a3b3c506c0f41146754bc630762c126d795499d0b
RUN curl -fsSLo sonar-scanner.zip "https://binaries.sonarsource.com/Distribution/sonar-scanner-cli/sonar-scanner-cli-${SONAR_SCANNER_VERSION}-linux-x64.zip"; \
    echo "${SONAR_SCANNER_SHA256}  sonar-scanner.zip" | sha256sum -c -; \
    unzip -q sonar-scanner.zip; \
    mv "sonar-scanner-${SONAR_SCANNER_VERSION}-linux-x64" /tools/sonar-scanner

# For people who look into an agent: shopctl itself talks to the engine's socket, and builds images without one.
ARG DOCKER_VERSION=29.9.0
ARG DOCKER_SHA256=33e1ab8b63d14bca449f7a3d30d7f6aa669daa544e60a86b17fec87f61afe2b4
RUN curl -fsSLo docker.tgz "https://download.docker.com/linux/static/stable/x86_64/docker-${DOCKER_VERSION}.tgz"; \
    echo "${DOCKER_SHA256}  docker.tgz" | sha256sum -c -; \
    tar -xzf docker.tgz -C /tools/bin --strip-components=1 docker/docker

# Debian with git, Java 21 and Jenkins' remoting.
FROM --platform=$PLATFORM jenkins/inbound-agent:3391.va_37fa_a_305d6d-4-jdk21@sha256:c5d50ca09a7de45999983c69e0527499ca667efe00a85cf1ce5ed968b5b21719
COPY --from=tools /tools /opt/shop
ENV PATH=/opt/shop/bin:/opt/shop/node/bin:/opt/shop/sonar-scanner/bin:$PATH
# Each must start, or there is no image.
RUN ["node", "--version"]
RUN ["git", "--version"]
RUN ["trivy", "--version"]
RUN ["terraform", "version"]
RUN ["sonar-scanner", "--version"]
RUN ["docker", "--version"]
USER jenkins
