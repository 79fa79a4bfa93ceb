import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AbortReply as _datamover_v1_AbortReply, AbortReply__Output as _datamover_v1_AbortReply__Output } from './datamover/v1/AbortReply.js';
import type { Ack as _datamover_v1_Ack, Ack__Output as _datamover_v1_Ack__Output } from './datamover/v1/Ack.js';
import type { Applying as _datamover_v1_Applying, Applying__Output as _datamover_v1_Applying__Output } from './datamover/v1/Applying.js';
import type { BadEntry as _datamover_v1_BadEntry, BadEntry__Output as _datamover_v1_BadEntry__Output } from './datamover/v1/BadEntry.js';
import type { Base as _datamover_v1_Base, Base__Output as _datamover_v1_Base__Output } from './datamover/v1/Base.js';
import type { Batch as _datamover_v1_Batch, Batch__Output as _datamover_v1_Batch__Output } from './datamover/v1/Batch.js';
import type { BeginReply as _datamover_v1_BeginReply, BeginReply__Output as _datamover_v1_BeginReply__Output } from './datamover/v1/BeginReply.js';
import type { BookmarkReply as _datamover_v1_BookmarkReply, BookmarkReply__Output as _datamover_v1_BookmarkReply__Output } from './datamover/v1/BookmarkReply.js';
import type { BookmarkRequest as _datamover_v1_BookmarkRequest, BookmarkRequest__Output as _datamover_v1_BookmarkRequest__Output } from './datamover/v1/BookmarkRequest.js';
import type { ChangesRequest as _datamover_v1_ChangesRequest, ChangesRequest__Output as _datamover_v1_ChangesRequest__Output } from './datamover/v1/ChangesRequest.js';
import type { Chunk as _datamover_v1_Chunk, Chunk__Output as _datamover_v1_Chunk__Output } from './datamover/v1/Chunk.js';
import type { CommitEvent as _datamover_v1_CommitEvent, CommitEvent__Output as _datamover_v1_CommitEvent__Output } from './datamover/v1/CommitEvent.js';
import type { CommitRequest as _datamover_v1_CommitRequest, CommitRequest__Output as _datamover_v1_CommitRequest__Output } from './datamover/v1/CommitRequest.js';
import type { CreateDatasetEvent as _datamover_v1_CreateDatasetEvent, CreateDatasetEvent__Output as _datamover_v1_CreateDatasetEvent__Output } from './datamover/v1/CreateDatasetEvent.js';
import type { CreateDatasetRequest as _datamover_v1_CreateDatasetRequest, CreateDatasetRequest__Output as _datamover_v1_CreateDatasetRequest__Output } from './datamover/v1/CreateDatasetRequest.js';
import type { Dataset as _datamover_v1_Dataset, Dataset__Output as _datamover_v1_Dataset__Output } from './datamover/v1/Dataset.js';
import type { DatasetIdentity as _datamover_v1_DatasetIdentity, DatasetIdentity__Output as _datamover_v1_DatasetIdentity__Output } from './datamover/v1/DatasetIdentity.js';
import type { DatasetPreview as _datamover_v1_DatasetPreview, DatasetPreview__Output as _datamover_v1_DatasetPreview__Output } from './datamover/v1/DatasetPreview.js';
import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from './datamover/v1/DatasetRef.js';
import type { DetailsRequest as _datamover_v1_DetailsRequest, DetailsRequest__Output as _datamover_v1_DetailsRequest__Output } from './datamover/v1/DetailsRequest.js';
import type { DirectoryEntry as _datamover_v1_DirectoryEntry, DirectoryEntry__Output as _datamover_v1_DirectoryEntry__Output } from './datamover/v1/DirectoryEntry.js';
import type { DirectoryPage as _datamover_v1_DirectoryPage, DirectoryPage__Output as _datamover_v1_DirectoryPage__Output } from './datamover/v1/DirectoryPage.js';
import type { EntryDetails as _datamover_v1_EntryDetails, EntryDetails__Output as _datamover_v1_EntryDetails__Output } from './datamover/v1/EntryDetails.js';
import type { EntryName as _datamover_v1_EntryName, EntryName__Output as _datamover_v1_EntryName__Output } from './datamover/v1/EntryName.js';
import type { ErrorDetail as _datamover_v1_ErrorDetail, ErrorDetail__Output as _datamover_v1_ErrorDetail__Output } from './datamover/v1/ErrorDetail.js';
import type { ExpireEvent as _datamover_v1_ExpireEvent, ExpireEvent__Output as _datamover_v1_ExpireEvent__Output } from './datamover/v1/ExpireEvent.js';
import type { ExpireRequest as _datamover_v1_ExpireRequest, ExpireRequest__Output as _datamover_v1_ExpireRequest__Output } from './datamover/v1/ExpireRequest.js';
import type { ExpiredDataset as _datamover_v1_ExpiredDataset, ExpiredDataset__Output as _datamover_v1_ExpiredDataset__Output } from './datamover/v1/ExpiredDataset.js';
import type { Failure as _datamover_v1_Failure, Failure__Output as _datamover_v1_Failure__Output } from './datamover/v1/Failure.js';
import type { FeedbackReply as _datamover_v1_FeedbackReply, FeedbackReply__Output as _datamover_v1_FeedbackReply__Output } from './datamover/v1/FeedbackReply.js';
import type { FeedbackRequest as _datamover_v1_FeedbackRequest, FeedbackRequest__Output as _datamover_v1_FeedbackRequest__Output } from './datamover/v1/FeedbackRequest.js';
import type { HelloReply as _datamover_v1_HelloReply, HelloReply__Output as _datamover_v1_HelloReply__Output } from './datamover/v1/HelloReply.js';
import type { HelloRequest as _datamover_v1_HelloRequest, HelloRequest__Output as _datamover_v1_HelloRequest__Output } from './datamover/v1/HelloRequest.js';
import type { HoldReply as _datamover_v1_HoldReply, HoldReply__Output as _datamover_v1_HoldReply__Output } from './datamover/v1/HoldReply.js';
import type { HoldRequest as _datamover_v1_HoldRequest, HoldRequest__Output as _datamover_v1_HoldRequest__Output } from './datamover/v1/HoldRequest.js';
import type { Incarnation as _datamover_v1_Incarnation, Incarnation__Output as _datamover_v1_Incarnation__Output } from './datamover/v1/Incarnation.js';
import type { InspectTargetRequest as _datamover_v1_InspectTargetRequest, InspectTargetRequest__Output as _datamover_v1_InspectTargetRequest__Output } from './datamover/v1/InspectTargetRequest.js';
import type { ListDatasetsRequest as _datamover_v1_ListDatasetsRequest, ListDatasetsRequest__Output as _datamover_v1_ListDatasetsRequest__Output } from './datamover/v1/ListDatasetsRequest.js';
import type { ListDirectoryRequest as _datamover_v1_ListDirectoryRequest, ListDirectoryRequest__Output as _datamover_v1_ListDirectoryRequest__Output } from './datamover/v1/ListDirectoryRequest.js';
import type { LookupReply as _datamover_v1_LookupReply, LookupReply__Output as _datamover_v1_LookupReply__Output } from './datamover/v1/LookupReply.js';
import type { LookupRequest as _datamover_v1_LookupRequest, LookupRequest__Output as _datamover_v1_LookupRequest__Output } from './datamover/v1/LookupRequest.js';
import type { Offer as _datamover_v1_Offer, Offer__Output as _datamover_v1_Offer__Output } from './datamover/v1/Offer.js';
import type { PeerClient as _datamover_v1_PeerClient, PeerDefinition as _datamover_v1_PeerDefinition } from './datamover/v1/Peer.js';
import type { PreviewDatasetRequest as _datamover_v1_PreviewDatasetRequest, PreviewDatasetRequest__Output as _datamover_v1_PreviewDatasetRequest__Output } from './datamover/v1/PreviewDatasetRequest.js';
import type { ReadRequest as _datamover_v1_ReadRequest, ReadRequest__Output as _datamover_v1_ReadRequest__Output } from './datamover/v1/ReadRequest.js';
import type { ReadUse as _datamover_v1_ReadUse, ReadUse__Output as _datamover_v1_ReadUse__Output } from './datamover/v1/ReadUse.js';
import type { ReleaseReply as _datamover_v1_ReleaseReply, ReleaseReply__Output as _datamover_v1_ReleaseReply__Output } from './datamover/v1/ReleaseReply.js';
import type { ReleaseRequest as _datamover_v1_ReleaseRequest, ReleaseRequest__Output as _datamover_v1_ReleaseRequest__Output } from './datamover/v1/ReleaseRequest.js';
import type { RemotePlace as _datamover_v1_RemotePlace, RemotePlace__Output as _datamover_v1_RemotePlace__Output } from './datamover/v1/RemotePlace.js';
import type { ResumePoint as _datamover_v1_ResumePoint, ResumePoint__Output as _datamover_v1_ResumePoint__Output } from './datamover/v1/ResumePoint.js';
import type { Retention as _datamover_v1_Retention, Retention__Output as _datamover_v1_Retention__Output } from './datamover/v1/Retention.js';
import type { RunCopyEvent as _datamover_v1_RunCopyEvent, RunCopyEvent__Output as _datamover_v1_RunCopyEvent__Output } from './datamover/v1/RunCopyEvent.js';
import type { RunCopyRequest as _datamover_v1_RunCopyRequest, RunCopyRequest__Output as _datamover_v1_RunCopyRequest__Output } from './datamover/v1/RunCopyRequest.js';
import type { SessionRef as _datamover_v1_SessionRef, SessionRef__Output as _datamover_v1_SessionRef__Output } from './datamover/v1/SessionRef.js';
import type { TargetState as _datamover_v1_TargetState, TargetState__Output as _datamover_v1_TargetState__Output } from './datamover/v1/TargetState.js';
import type { TargetStatistics as _datamover_v1_TargetStatistics, TargetStatistics__Output as _datamover_v1_TargetStatistics__Output } from './datamover/v1/TargetStatistics.js';
import type { TicketReply as _datamover_v1_TicketReply, TicketReply__Output as _datamover_v1_TicketReply__Output } from './datamover/v1/TicketReply.js';
import type { TicketRequest as _datamover_v1_TicketRequest, TicketRequest__Output as _datamover_v1_TicketRequest__Output } from './datamover/v1/TicketRequest.js';
import type { TransferDetails as _datamover_v1_TransferDetails, TransferDetails__Output as _datamover_v1_TransferDetails__Output } from './datamover/v1/TransferDetails.js';
import type { VerifyEvent as _datamover_v1_VerifyEvent, VerifyEvent__Output as _datamover_v1_VerifyEvent__Output } from './datamover/v1/VerifyEvent.js';
import type { VerifyResult as _datamover_v1_VerifyResult, VerifyResult__Output as _datamover_v1_VerifyResult__Output } from './datamover/v1/VerifyResult.js';
import type { Warning as _datamover_v1_Warning, Warning__Output as _datamover_v1_Warning__Output } from './datamover/v1/Warning.js';
import type { WriteRequest as _datamover_v1_WriteRequest, WriteRequest__Output as _datamover_v1_WriteRequest__Output } from './datamover/v1/WriteRequest.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  datamover: {
    v1: {
      AbortReply: MessageTypeDefinition<_datamover_v1_AbortReply, _datamover_v1_AbortReply__Output>
      Ack: MessageTypeDefinition<_datamover_v1_Ack, _datamover_v1_Ack__Output>
      Applying: MessageTypeDefinition<_datamover_v1_Applying, _datamover_v1_Applying__Output>
      BadEntry: MessageTypeDefinition<_datamover_v1_BadEntry, _datamover_v1_BadEntry__Output>
      Base: MessageTypeDefinition<_datamover_v1_Base, _datamover_v1_Base__Output>
      Batch: MessageTypeDefinition<_datamover_v1_Batch, _datamover_v1_Batch__Output>
      BeginReply: MessageTypeDefinition<_datamover_v1_BeginReply, _datamover_v1_BeginReply__Output>
      BookmarkReply: MessageTypeDefinition<_datamover_v1_BookmarkReply, _datamover_v1_BookmarkReply__Output>
      BookmarkRequest: MessageTypeDefinition<_datamover_v1_BookmarkRequest, _datamover_v1_BookmarkRequest__Output>
      ChangesRequest: MessageTypeDefinition<_datamover_v1_ChangesRequest, _datamover_v1_ChangesRequest__Output>
      Chunk: MessageTypeDefinition<_datamover_v1_Chunk, _datamover_v1_Chunk__Output>
      CommitEvent: MessageTypeDefinition<_datamover_v1_CommitEvent, _datamover_v1_CommitEvent__Output>
      CommitRequest: MessageTypeDefinition<_datamover_v1_CommitRequest, _datamover_v1_CommitRequest__Output>
      Compression: EnumTypeDefinition
      CreateDatasetEvent: MessageTypeDefinition<_datamover_v1_CreateDatasetEvent, _datamover_v1_CreateDatasetEvent__Output>
      CreateDatasetRequest: MessageTypeDefinition<_datamover_v1_CreateDatasetRequest, _datamover_v1_CreateDatasetRequest__Output>
      Dataset: MessageTypeDefinition<_datamover_v1_Dataset, _datamover_v1_Dataset__Output>
      DatasetIdentity: MessageTypeDefinition<_datamover_v1_DatasetIdentity, _datamover_v1_DatasetIdentity__Output>
      DatasetPreview: MessageTypeDefinition<_datamover_v1_DatasetPreview, _datamover_v1_DatasetPreview__Output>
      DatasetRef: MessageTypeDefinition<_datamover_v1_DatasetRef, _datamover_v1_DatasetRef__Output>
      DetailsRequest: MessageTypeDefinition<_datamover_v1_DetailsRequest, _datamover_v1_DetailsRequest__Output>
      DirectoryEntry: MessageTypeDefinition<_datamover_v1_DirectoryEntry, _datamover_v1_DirectoryEntry__Output>
      DirectoryPage: MessageTypeDefinition<_datamover_v1_DirectoryPage, _datamover_v1_DirectoryPage__Output>
      EntryDetails: MessageTypeDefinition<_datamover_v1_EntryDetails, _datamover_v1_EntryDetails__Output>
      EntryName: MessageTypeDefinition<_datamover_v1_EntryName, _datamover_v1_EntryName__Output>
      ErrorDetail: MessageTypeDefinition<_datamover_v1_ErrorDetail, _datamover_v1_ErrorDetail__Output>
      ExpireEvent: MessageTypeDefinition<_datamover_v1_ExpireEvent, _datamover_v1_ExpireEvent__Output>
      ExpireRequest: MessageTypeDefinition<_datamover_v1_ExpireRequest, _datamover_v1_ExpireRequest__Output>
      ExpiredDataset: MessageTypeDefinition<_datamover_v1_ExpiredDataset, _datamover_v1_ExpiredDataset__Output>
      Failure: MessageTypeDefinition<_datamover_v1_Failure, _datamover_v1_Failure__Output>
      FeedbackReply: MessageTypeDefinition<_datamover_v1_FeedbackReply, _datamover_v1_FeedbackReply__Output>
      FeedbackRequest: MessageTypeDefinition<_datamover_v1_FeedbackRequest, _datamover_v1_FeedbackRequest__Output>
      HelloReply: MessageTypeDefinition<_datamover_v1_HelloReply, _datamover_v1_HelloReply__Output>
      HelloRequest: MessageTypeDefinition<_datamover_v1_HelloRequest, _datamover_v1_HelloRequest__Output>
      HoldReply: MessageTypeDefinition<_datamover_v1_HoldReply, _datamover_v1_HoldReply__Output>
      HoldRequest: MessageTypeDefinition<_datamover_v1_HoldRequest, _datamover_v1_HoldRequest__Output>
      Incarnation: MessageTypeDefinition<_datamover_v1_Incarnation, _datamover_v1_Incarnation__Output>
      InspectTargetRequest: MessageTypeDefinition<_datamover_v1_InspectTargetRequest, _datamover_v1_InspectTargetRequest__Output>
      ListDatasetsRequest: MessageTypeDefinition<_datamover_v1_ListDatasetsRequest, _datamover_v1_ListDatasetsRequest__Output>
      ListDirectoryRequest: MessageTypeDefinition<_datamover_v1_ListDirectoryRequest, _datamover_v1_ListDirectoryRequest__Output>
      LookupReply: MessageTypeDefinition<_datamover_v1_LookupReply, _datamover_v1_LookupReply__Output>
      LookupRequest: MessageTypeDefinition<_datamover_v1_LookupRequest, _datamover_v1_LookupRequest__Output>
      Offer: MessageTypeDefinition<_datamover_v1_Offer, _datamover_v1_Offer__Output>
      Peer: SubtypeConstructor<typeof grpc.Client, _datamover_v1_PeerClient> & { service: _datamover_v1_PeerDefinition }
      Phase: EnumTypeDefinition
      PreviewDatasetRequest: MessageTypeDefinition<_datamover_v1_PreviewDatasetRequest, _datamover_v1_PreviewDatasetRequest__Output>
      ReadRequest: MessageTypeDefinition<_datamover_v1_ReadRequest, _datamover_v1_ReadRequest__Output>
      ReadUse: MessageTypeDefinition<_datamover_v1_ReadUse, _datamover_v1_ReadUse__Output>
      ReleaseReply: MessageTypeDefinition<_datamover_v1_ReleaseReply, _datamover_v1_ReleaseReply__Output>
      ReleaseRequest: MessageTypeDefinition<_datamover_v1_ReleaseRequest, _datamover_v1_ReleaseRequest__Output>
      RemotePlace: MessageTypeDefinition<_datamover_v1_RemotePlace, _datamover_v1_RemotePlace__Output>
      ResumePoint: MessageTypeDefinition<_datamover_v1_ResumePoint, _datamover_v1_ResumePoint__Output>
      Retention: MessageTypeDefinition<_datamover_v1_Retention, _datamover_v1_Retention__Output>
      RunCopyEvent: MessageTypeDefinition<_datamover_v1_RunCopyEvent, _datamover_v1_RunCopyEvent__Output>
      RunCopyRequest: MessageTypeDefinition<_datamover_v1_RunCopyRequest, _datamover_v1_RunCopyRequest__Output>
      SessionRef: MessageTypeDefinition<_datamover_v1_SessionRef, _datamover_v1_SessionRef__Output>
      TargetState: MessageTypeDefinition<_datamover_v1_TargetState, _datamover_v1_TargetState__Output>
      TargetStatistics: MessageTypeDefinition<_datamover_v1_TargetStatistics, _datamover_v1_TargetStatistics__Output>
      TicketReply: MessageTypeDefinition<_datamover_v1_TicketReply, _datamover_v1_TicketReply__Output>
      TicketRequest: MessageTypeDefinition<_datamover_v1_TicketRequest, _datamover_v1_TicketRequest__Output>
      TransferDetails: MessageTypeDefinition<_datamover_v1_TransferDetails, _datamover_v1_TransferDetails__Output>
      VerifyEvent: MessageTypeDefinition<_datamover_v1_VerifyEvent, _datamover_v1_VerifyEvent__Output>
      VerifyResult: MessageTypeDefinition<_datamover_v1_VerifyResult, _datamover_v1_VerifyResult__Output>
      Warning: MessageTypeDefinition<_datamover_v1_Warning, _datamover_v1_Warning__Output>
      WriteRequest: MessageTypeDefinition<_datamover_v1_WriteRequest, _datamover_v1_WriteRequest__Output>
    }
  }
}

